using System.Text.Json;
using System.Text.Json.Serialization;

namespace BatchPlatform.Samples;

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(ApiError))]
[JsonSerializable(typeof(CallLine))]
[JsonSerializable(typeof(CallStats))]
[JsonSerializable(typeof(FoundProfile[]))]
[JsonSerializable(typeof(InviteContacts))]
[JsonSerializable(typeof(Invitations))]
[JsonSerializable(typeof(LinkProfile[]))]
[JsonSerializable(typeof(PlaceMatches))]
[JsonSerializable(typeof(Dictionary<string, JsonElement>))]
[JsonSerializable(typeof(ProfileDetails[]))]
[JsonSerializable(typeof(Ranking[]))]
[JsonSerializable(typeof(Review[]))]
[JsonSerializable(typeof(SearchAnswer))]
[JsonSerializable(typeof(TaskAnswer))]
internal sealed partial class SampleJson : JsonSerializerContext;
