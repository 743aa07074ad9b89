using System.Globalization;
using CsCheck;
using Scheduler.IntegrationTests.Engine;
using Scheduler.IntegrationTests.Search;
using Scheduler.IntegrationTests.Support;

namespace Scheduler.IntegrationTests.Model;

/// <summary>
/// Random sequences of up to 60 operations: whatever the scripts answer and leave behind is what the model says.
/// A failure prints the shortest sequence found and its seed. <c>SCHEDULER_MODEL_SEQUENCES</c> = how many (default: seconds' worth).
/// </summary>
public abstract class ModelTests(ServerFixture server, int sequences)
{
    private static readonly Gen<int[]> Operations = Gen.Int[0, 99_999].Array[1, 60];

    [Fact]
    public async Task Every_reply_and_every_key_is_as_the_model_says()
    {
        var wanted = Environment.GetEnvironmentVariable("SCHEDULER_MODEL_SEQUENCES") is { Length: > 0 } text ? int.Parse(text, CultureInfo.InvariantCulture) : sequences;
        await Operations.SampleAsync(async operations =>
        {
            await using var engine = await EngineHarness.StartAsync(server);
            // Every other sequence with the optional indexes of the search.
            var isIndexed = operations[0] % 2 == 0;
            if (isIndexed)
                await IndexCheck.SwitchOnAsync(engine.Redis);
            var run = new ModelRun(engine);
            foreach (var operation in operations)
                await run.DoAsync(operation);
            await run.CompareAsync();
            if (isIndexed)
                await IndexCheck.AssertExactAsync(engine.Redis);
        }, iter: wanted, threads: 1);
    }
}

public sealed class ModelOnRedisTests(RedisServerFixture server) : ModelTests(server, sequences: 60);

public sealed class ModelOnEmbeddedTests(EmbeddedServerFixture server) : ModelTests(server, sequences: 15);
