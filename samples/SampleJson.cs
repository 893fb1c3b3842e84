using System.Text.Json;
using System.Text.Json.Serialization;

namespace BatchPlatform.Samples;

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(ApiError))]
[JsonSerializable(typeof(CallLine))]
[JsonSerializable(typeof(CallStats))]
[JsonSerializable(typeof(InviteContacts))]
[JsonSerializable(typeof(Invitations))]
[JsonSerializable(typeof(PlaceMatches))]
[JsonSerializable(typeof(TaskAnswer))]
internal sealed partial class SampleJson : JsonSerializerContext;
