using Hangfire.Client;
using Hangfire.Common;
using Hangfire.Server;
using Hangfire.States;
using Hangfire.Storage;

namespace Scheduler.IntegrationTests.Storage;

/// <summary>Notes every hook that Hangfire has.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class NotingFilterAttribute : JobFilterAttribute, IClientFilter, IServerFilter, IElectStateFilter, IApplyStateFilter
{
    public void OnCreating(CreatingContext context)
    {
        context.SetJobParameter("Colour", "blue");
        Note(context.Job, "creating");
    }

    public void OnCreated(CreatedContext context) => Note(context.Job, "created");

    public void OnPerforming(PerformingContext context)
    {
        context.Items["Note"] = "from the server filter";
        Note(context.BackgroundJob.Job, "performing " + context.GetJobParameter<string>("Colour"));
    }

    public void OnPerformed(PerformedContext context) => Note(context.BackgroundJob.Job, "performed");

    public void OnStateElection(ElectStateContext context) => Note(context.BackgroundJob.Job, "elect " + context.CandidateState.Name);

    public void OnStateApplied(ApplyStateContext context, IWriteOnlyTransaction transaction)
    {
        Note(context.BackgroundJob.Job, $"applied {context.OldStateName}>{context.NewState.Name}");
        if (context.CustomData?.TryGetValue("Note", out var note) == true)
            transaction.AddToSet("notes", (string)note);
    }

    public void OnStateUnapplied(ApplyStateContext context, IWriteOnlyTransaction transaction) =>
        transaction.IncrementCounter("unapplied");

    private static void Note(Job job, string text) => StorageJobs.Note((string)job.Args[0], text);
}

[AttributeUsage(AttributeTargets.Method)]
public sealed class CancelingFilterAttribute : JobFilterAttribute, IServerFilter
{
    public void OnPerforming(PerformingContext context) => context.Canceled = true;

    public void OnPerformed(PerformedContext context)
    {
        // Nothing to add.
    }
}

/// <summary>Takes a job's exception for done.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class ForgivingFilterAttribute : JobFilterAttribute, IServerExceptionFilter
{
    public void OnServerException(ServerExceptionContext filterContext)
    {
        StorageJobs.Note((string)filterContext.BackgroundJob.Job.Args[0], "forgiven " + filterContext.Exception.InnerException!.Message);
        filterContext.ExceptionHandled = true;
    }
}

[AttributeUsage(AttributeTargets.Method)]
public sealed class SeeingFilterAttribute : JobFilterAttribute, IServerExceptionFilter
{
    public void OnServerException(ServerExceptionContext filterContext) =>
        StorageJobs.Note((string)filterContext.BackgroundJob.Job.Args[0], "seen " + filterContext.Exception.InnerException!.Message);
}

/// <summary>Sends a job that starts to the deleted ones instead.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class ToDeletedFilterAttribute : JobFilterAttribute, IElectStateFilter
{
    public void OnStateElection(ElectStateContext context)
    {
        if (context.CandidateState is ProcessingState)
            context.CandidateState = new DeletedState { Reason = "not today" };
    }
}
