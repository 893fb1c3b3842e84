namespace BatchPlatform.Testing;

/// <summary>Where scratch servers are.</summary>
/// <param name="Postgres">The connection string, without a database.</param>
/// <param name="Rabbit">amqp://user:password@host:port</param>
/// <param name="RabbitApi">The management API.</param>
public sealed record TestServers(string Postgres, Uri Rabbit, Uri RabbitApi)
{
    /// <summary>The pair that all tests share. A test that needs it fails without it: a skipped test proves nothing.</summary>
    public static TestServers Shared => Of(Environment.GetEnvironmentVariable);

    /// <summary>As <c>tests/services.sh env</c> tells.</summary>
    public static TestServers Of(Func<string, string?> variables)
    {
        return new TestServers(Required("BP_TEST_POSTGRES"), new Uri(Required("BP_TEST_RABBITMQ")), new Uri(Required("BP_TEST_RABBITMQ_API")));

        string Required(string name) => variables(name) is { Length: > 0 } value
            ? value
            : throw new InvalidOperationException($"""
                {name} is not set, so this test has no server to run on. Run ./test.sh, or in the shell that runs the test:
                tests/services.sh start && eval "$(tests/services.sh env)"
                """);
    }
}
