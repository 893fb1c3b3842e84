using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Http.HttpResults;

namespace BatchPlatform.Samples;

/// <summary>The body of <c>inviteContacts</c>.</summary>
/// <param name="Event">The event's id.</param>
/// <param name="Contacts">The ids of the contacts to invite.</param>
public sealed record InviteContacts(long? Event, long[]? Contacts);

/// <summary>The answer of <c>inviteContacts</c>: one entry for each contact, in the order asked.</summary>
/// <param name="Results">What became of each.</param>
public sealed record Invitations(Invitation[] Results);

/// <summary>What became of one contact.</summary>
/// <param name="Contact">The contact's id.</param>
/// <param name="Status">Whether the contact is invited.</param>
/// <param name="InviteLinkYes">Where an invited contact accepts.</param>
/// <param name="InviteLinkNo">Where an invited contact declines.</param>
public sealed record Invitation(
    long Contact,
    bool Status,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? InviteLinkYes = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? InviteLinkNo = null);

internal static class EventApi
{
    public static IServiceCollection AddEventApi(this IServiceCollection services) => services.AddSingleton<EventStore>();

    public static void MapEventApi(this IEndpointRouteBuilder routes) => routes.MapPost("/event/inviteContacts", InviteAsync);

    private static async Task<Results<Ok<Invitations>, BadRequest<ApiError>>> InviteAsync(HttpRequest request, EventStore store)
    {
        InviteContacts? asked;
        try
        {
            // Read here and not by parameter binding, whose refusal has no body.
            asked = await JsonSerializer.DeserializeAsync(request.Body, SampleJson.Default.InviteContacts, request.HttpContext.RequestAborted);
        }
        catch (JsonException)
        {
            return ApiError.Bad("The body does not validate");
        }

        return asked switch
        {
            not { Event: not null } => ApiError.Missing("event"),
            { Contacts: not { Length: > 0 } } => ApiError.Missing("contacts"),
            _ when store.FindEventCode(asked.Event.Value) is { } code =>
                TypedResults.Ok(new Invitations(Array.ConvertAll(asked.Contacts, contact => store.Invite(code, contact)))),
            _ => ApiError.Bad("Unable to find event", ApiError.EventNotFound),
        };
    }
}
