using Hangfire.States;

namespace Scheduler.Jobs.Storage;

/// <summary>Hangfire's state changer for clients: where another won the race it decides again on what is there now.</summary>
internal sealed class RetryingStateChanger(IBackgroundJobStateChanger inner) : IBackgroundJobStateChanger
{
    private const int Attempts = 5;

    public IState? ChangeState(StateChangeContext context)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return inner.ChangeState(context);
            }
            catch (JobStateConflictException) when (attempt < Attempts && context.Transaction is null)
            {
                // Next turn.
            }
        }
    }
}
