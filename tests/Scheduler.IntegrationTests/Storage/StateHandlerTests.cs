using Hangfire;
using Hangfire.States;
using Hangfire.Storage;
using Scheduler.IntegrationTests.Support;
using static Scheduler.IntegrationTests.Storage.StorageHarness;

namespace Scheduler.IntegrationTests.Storage;

/// <summary>Hangfire keeps one list of handlers for the process, and it may not change while others read it.</summary>
[CollectionDefinition(nameof(Alone), DisableParallelization = true)]
public sealed class Alone;

/// <summary>State handlers that a host adds, whoever runs the jobs: a stock server on our storage, or our worker.</summary>
public abstract class StateHandlerTests(ServerFixture server)
{
    private readonly string token = Guid.NewGuid().ToString("N");

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Handler_writes_into_the_same_commit(bool byStockServer)
    {
        var handler = new SucceededIds(token);
        GlobalStateHandlers.Handlers.Add(handler);
        try
        {
            await using var harness = await StartAsync(server);
            var id = harness.Client.Enqueue<StorageJobs>(j => j.Send(token, 1));
            await harness.RunAsync(byStockServer, id, "Succeeded");
            using var connection = harness.Connect();
            Assert.Equal([id], connection.GetAllItemsFromSet("succeeded-of-" + token));
            harness.Client.Requeue(id);
            Assert.Empty(connection.GetAllItemsFromSet("succeeded-of-" + token));
        }
        finally
        {
            GlobalStateHandlers.Handlers.Remove(handler);
        }
    }

    private sealed class SucceededIds(string token) : IStateHandler
    {
        public string StateName => SucceededState.StateName;

        public void Apply(ApplyStateContext context, IWriteOnlyTransaction transaction)
        {
            if (IsMine(context))
                transaction.AddToSet("succeeded-of-" + token, context.BackgroundJob.Id);
        }

        public void Unapply(ApplyStateContext context, IWriteOnlyTransaction transaction)
        {
            if (IsMine(context))
                transaction.RemoveFromSet("succeeded-of-" + token, context.BackgroundJob.Id);
        }

        // The list of handlers is the process's, so other tests' jobs come by.
        private bool IsMine(ApplyStateContext context) => context.BackgroundJob.Job?.Args.Contains(token) == true;
    }
}

[Collection(nameof(Alone))]
public sealed class StateHandlerOnRedisTests(RedisServerFixture server) : StateHandlerTests(server);

[Collection(nameof(Alone))]
public sealed class StateHandlerOnEmbeddedTests(EmbeddedServerFixture server) : StateHandlerTests(server);
