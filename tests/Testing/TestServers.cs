namespace BatchPlatform.Testing;

/// <summary>Where the scratch servers are. A test that needs one fails without it: a skipped test proves nothing.</summary>
public static class TestServers
{
    public static string Postgres => Required("BP_TEST_POSTGRES");

    public static Uri Rabbit => new(Required("BP_TEST_RABBITMQ"));

    public static Uri RabbitApi => new(Required("BP_TEST_RABBITMQ_API"));

    private static string Required(string name) => Environment.GetEnvironmentVariable(name) is { Length: > 0 } value
        ? value
        : throw new InvalidOperationException($"""
            {name} is not set, so this test has no server to run on. Run ./test.sh, or in the shell that runs the test:
            tests/services.sh start && eval "$(tests/services.sh env)"
            """);
}
