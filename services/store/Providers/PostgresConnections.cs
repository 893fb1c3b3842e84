using Npgsql;

namespace BatchPlatform.Store;

/// <summary>How PostgreSQL is used; what the connection string says wins.</summary>
internal static class PostgresConnections
{
    // Statements that come back are prepared: a third off each.
    // No statement leaves anything in the session that the next user of the connection must be spared.
    private const string Defaults = "Max Auto Prepare=100;No Reset On Close=true;";

    // Bitmap scans are off, because the planner knows nothing yet of a batch that was uploaded a moment ago: it takes the
    // batch for small, and sorts the whole of it for every page of a read that an index would have served in order.
    // So are sequential scans, where there is an index: the plan of a prepared statement is kept until the next ANALYZE. One made
    // while jobs filled two pages read all of a batch of 100,000 for each slice that was cut of it, and sorted it on disk.
    // And so are joins that read both sides as a whole: what is joined here is a few rows, to others by their key. The planner believes
    // in more than a few, and read the runs of all batches for each look at what can be cut.
    // Rows cost ten times as much beside pages as by default, which is nearer to a server that has its pages in memory; and tables that were
    // small when a plan was made are looked up by key then, too, not read from end to end for the same price.
    private const string Plans =
        "-c enable_bitmapscan=off -c enable_seqscan=off -c enable_mergejoin=off -c enable_hashjoin=off -c jit=off -c random_page_cost=1.1 -c cpu_tuple_cost=0.1";

    // A process that is frozen, or whose machine is gone, within a transaction has rows locked that all others wait for: gates, slices, runs. By
    // default the server learns of a lost machine after two hours, and of a frozen one never. No transaction of ours waits for anything but the
    // database, so that ten seconds without a statement mean that nobody is there. That is less than a lease (20 s) without the time between two
    // heartbeats (5 s): workers whose heartbeats wait for such a row keep their slices.
    private const string Transactions = "-c idle_in_transaction_session_timeout=10s";

    // What the server sends to a lost machine, or looks for in vain. Also ends a read whose reader has taken nothing for so long.
    private const string Connections = "-c tcp_user_timeout=20s -c tcp_keepalives_idle=10 -c tcp_keepalives_interval=5 -c tcp_keepalives_count=3";

    private const string Options = $"{Plans} {Transactions} {Connections}";

    /// <summary>Adds our settings. <c>Options</c> of the connection string's own come after ours, so that each of them wins by itself; empty ones leave out all of ours.</summary>
    public static string Complete(string connection)
    {
        var complete = new NpgsqlConnectionStringBuilder($"{Defaults}Options={Options};{connection}");
        if (complete.Options is { } own && own != Options)
        {
            complete.Options = $"{Options} {own}";
        }

        return complete.ConnectionString;
    }
}
