using System.Data.Common;
using BatchPlatform.Store;
using Microsoft.EntityFrameworkCore;

namespace BatchPlatform.Fuzz.Tests;

/// <summary>
/// What the tables hold, in a number for each tenant; what belongs to none is under the empty name. Left out: idempotency, which
/// remembers that a request was made; what keys and audits note of uses; what a refused upload notes in its dataset; and
/// whatever happens by itself after a request that was accepted.
/// </summary>
internal static class Fingerprints
{
    private const string Seen = "FROM batches b WHERE b.deleted_at IS NULL AND b.tenant LIKE @generation";

    private static readonly string[] Queries =
    [
        $"SELECT b.tenant, b.id, b.state, b.name, b.options, b.callback, b.schedule, b.dialect_document, b.revision, b.next_index, b.total, b.run, b.epoch, b.paused, b.recurring {Seen}",
        $"SELECT b.tenant, j.batch, j.\"index\", j.added_rev, j.removed_rev, j.params, j.custom_id FROM jobs j JOIN batches b ON b.number = j.batch {Seen[14..]}",
        $"SELECT b.tenant, r.batch, r.number, r.total, r.completed, r.failed FROM runs r JOIN batches b ON b.number = r.batch {Seen[14..]}",
        $"SELECT b.tenant, o.batch, o.run, o.\"index\" FROM outcomes o JOIN batches b ON b.number = o.batch {Seen[14..]}",
        $"SELECT b.tenant, s.batch, s.revision FROM schedules s JOIN batches b ON b.number = s.batch {Seen[14..]}",
        $"SELECT b.tenant, e.id FROM expansions e JOIN batches b ON b.number = e.batch {Seen[14..]}",
        "SELECT tenant, id, name, content, rows FROM datasets WHERE tenant LIKE @generation",
        "SELECT tenant, id, scopes, name, expires_at, hash FROM keys WHERE tenant LIKE @generation",
        "SELECT name, name, weight, paused, pause_reason, callback, time_zone, quotas FROM tenants",
        "SELECT '', namespace, version, definition FROM upstreams",
        "SELECT '', namespace, paused, pause_reason FROM gates",
        "SELECT '', j.batch, j.\"index\" FROM jobs j WHERE NOT EXISTS (SELECT 1 FROM batches b WHERE b.number = j.batch)",
    ];

    /// <summary>Reads what there is of the tenants whose names begin so.</summary>
    public static async Task<Dictionary<string, long>> ReadAsync(BatchStore store, string generation)
    {
        await using var db = store.Read();
        await db.Database.OpenConnectionAsync();
        var found = new Dictionary<string, long>();
        foreach (var (place, sql) in Queries.Index())
        {
            await using var command = db.Database.GetDbConnection().CreateCommand();
            command.CommandText = sql;
            Bind(command, generation);
            await using var rows = await command.ExecuteReaderAsync();
            while (await rows.ReadAsync())
            {
                var tenant = rows.GetString(0);
                // In whatever order the rows come.
                found[tenant] = found.GetValueOrDefault(tenant) + Hash(rows, place);
            }
        }

        return found;
    }

    private static void Bind(DbCommand command, string generation)
    {
        var parameter = command.CreateParameter();
        (parameter.ParameterName, parameter.Value) = ("@generation", $"{generation}-%");
        command.Parameters.Add(parameter);
    }

    private static int Hash(DbDataReader row, int place)
    {
        var hash = new HashCode();
        hash.Add(place);
        for (var column = 1; column < row.FieldCount; column++)
        {
            var value = row.GetValue(column);
            hash.Add(value is byte[] bytes ? Convert.ToHexString(bytes) : value);
        }

        return hash.ToHashCode();
    }
}
