using Garnet.common;
using Garnet.server;

namespace Scheduler.Web.Embedded;

/// <summary>
/// The command <see cref="Jobs.Engine.DurableAcknowledgement.Command"/> of the embedded server: answers when everything
/// written before it is in the log file. (The server's own COMMITAOF answers at once where another commit is under way.)
/// </summary>
internal sealed class DurableProcedure(StoreApi store) : CustomProcedure
{
    public override bool Execute<TGarnetApi>(TGarnetApi garnetApi, ref CustomProcedureInput procInput, ref MemoryResult<byte> output)
    {
        // The server calls procedures on the connection's own thread and takes no task; the write under way ends in well under a millisecond.
        using var written = new ManualResetEventSlim();
        var commit = store.WaitForCommitAsync().AsTask();
        commit.ContinueWith(_ => written.Set(), CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        written.Wait();
        if (!commit.IsCompletedSuccessfully)
            return false;
        WriteSimpleString(ref output, "OK");
        return true;
    }
}
