using Scheduler.Faults.Checker.Recorded;

namespace Scheduler.FaultTests;

/// <summary>The checker is a test too: here it is seen to fail, once for each rule.</summary>
public sealed class CheckerTests : IDisposable
{
    private readonly HistoryFolder history = new();

    public void Dispose() => history.Dispose();

    [Fact]
    public void A_history_in_which_all_holds_has_no_finding() => Assert.Empty(history.Broken());

    [Fact]
    public void An_acknowledged_job_that_is_gone_is_lost()
    {
        history.Calls.Add(HistoryFolder.Ok("enqueue", "m9", "job9"));
        Assert.Equal(["lost"], history.Broken());
    }

    [Fact]
    public void With_everysec_a_job_may_be_lost_in_the_last_seconds_before_Redis_died_and_not_before()
    {
        history.Run = history.Run with { Fsync = "everysec" };
        history.Calls.Add(HistoryFolder.Ok("enqueue", "m9", "job9"));
        Assert.Contains("lost", history.Broken());
        history.Faults.Add(new FaultLine(2_500, "redis-kill", "begin", null, 99, null));
        Assert.Empty(history.Broken());
    }

    [Fact]
    public void With_failovers_a_job_may_be_lost_around_one_unless_its_answer_said_replicated()
    {
        history.Run = history.Run with { Fsync = "failover" };
        history.Calls.Add(HistoryFolder.Ok("enqueue", "m9", "job9"));
        Assert.Contains("lost", history.Broken());
        history.Faults.Add(new FaultLine(500, "primary-freeze", "begin", null, 99, null));
        history.Faults.Add(new FaultLine(800, "primary-freeze", "end", null, 99, null));
        Assert.Empty(history.Broken());
        history.Calls[^1] = history.Calls[^1] with { Level = "replicated" };
        Assert.Equal(["lost"], history.Broken());
    }

    [Fact]
    public void A_job_that_nobody_asked_for_is_invented()
    {
        history.AddJob("job9", "m9", 9);
        Assert.Equal(["invented"], history.Broken());
    }

    [Fact]
    public void A_bulk_that_exists_in_part_is_half_written()
    {
        history.Calls.Add(HistoryFolder.Ok("bulk", "x8 x9", "") with { Phase = "unknown", Status = 503 });
        history.AddJob("job8", "x8", 8);
        Assert.Equal(["half-written"], history.Broken());
    }

    [Fact]
    public void A_key_that_made_two_jobs_breaks_idempotency()
    {
        history.AddJob("job9", "m2", 9);
        Assert.Equal(["idempotency"], history.Broken());
    }

    [Fact]
    public void Two_completions_of_one_life_are_one_too_many()
    {
        history.AddCompletion("job1", 9);
        Assert.Contains("completed-twice", history.Broken());
    }

    [Fact]
    public void A_final_job_without_its_event_is_found()
    {
        history.Log.RemoveAt(3);
        history.Subscriber.RemoveAt(3);
        Assert.Equal(["no-event"], history.Broken());
    }

    [Fact]
    public void A_completion_under_an_old_token_is_stale()
    {
        history.Witnessed.Add(HistoryFolder.Witness("start", "job1", "m1", 7, at: 2_150, pid: 11));
        history.Faults.Add(new FaultLine(1_900, "worker-stop", "begin", "worker-0", 10, null));
        Assert.Equal(["stale-accepted"], history.Broken());
    }

    [Fact]
    public void A_second_start_needs_a_fault_of_its_own_worker()
    {
        history.Jobs[0] = history.Jobs[0] with { Fence = 7 };
        history.Log[0] = history.Subscriber[0] = history.Log[0] with { Fence = 7 };
        history.Witnessed.Add(HistoryFolder.Witness("start", "job1", "m1", 7, at: 2_150, pid: 11));
        Assert.Equal(["started-again"], history.Broken());
        history.Faults.Add(new FaultLine(1_900, "starve", "begin", null, null, null));
        history.Faults.Add(new FaultLine(1_900, "client-kill", "begin", null, null, null));
        Assert.Equal(["started-again"], history.Broken());
        // Another process that is starved explains nothing.
        history.Witnessed.Add(HistoryFolder.Witness("blocks", "job2", "m2", 2, at: 2_000, pid: 11));
        Assert.Equal(["started-again"], history.Broken());
        history.Witnessed.Add(HistoryFolder.Witness("blocks", "job2", "m2", 2, at: 2_000));
        Assert.Empty(history.Broken());
        history.Faults.RemoveAt(1);
        Assert.Equal(["started-again"], history.Broken());
        history.Faults.Clear();
        history.Faults.Add(new FaultLine(1_900, "worker-kill", "begin", "worker-0", 10, null));
        Assert.Empty(history.Broken());
    }

    [Fact]
    public void An_instant_that_made_two_jobs_or_none_is_found()
    {
        history.AddJob("tick2b", "every-second", 8, scheduledFor: "2026-01-01T00:00:02.000Z");
        Assert.Equal(["tick-twice"], history.Broken());
        history.AddJob("tick4", "every-second", 9, scheduledFor: "2026-01-01T00:00:04.000Z");
        Assert.Equal(["tick-twice", "tick-missing"], history.Broken());
    }

    [Fact]
    public void An_event_that_a_subscriber_never_saw_needs_a_gap()
    {
        var lost = history.Subscriber[2];
        history.Subscriber.RemoveAt(2);
        Assert.Equal(["event-lost"], history.Broken());
        history.Subscriber.Insert(2, lost with { Id = null, Event = "gap", Job = null, Fence = null });
        Assert.Equal(["needless-gap"], history.Broken());
        history.Run = history.Run with { Fsync = "everysec" };
        Assert.Empty(history.Broken());
    }

    [Fact]
    public void Events_out_of_order_are_found()
    {
        (history.Subscriber[1], history.Subscriber[2]) = (history.Subscriber[2], history.Subscriber[1]);
        Assert.Equal(["event-order"], history.Broken());
    }

    [Fact]
    public void A_job_that_never_ended_and_a_campaign_that_never_became_quiet_lack_liveness()
    {
        history.Jobs[0] = history.Jobs[0] with { State = "processing" };
        history.Run = history.Run with { BecameQuiet = false };
        Assert.Contains("liveness", history.Broken());
    }

    [Fact]
    public void A_loop_that_goes_on_after_the_faults_is_hot()
    {
        history.Run = history.Run with { FinalCommandsPerSecond = 29_500 };
        Assert.Equal(["hot-loop"], history.Broken());
    }

    [Fact]
    public void A_process_that_ended_by_itself_is_found()
    {
        history.Processes.Add(new ProcessLine(9_000, "worker-0", 10, "exit", 134, Expected: false));
        Assert.Equal(["process-died"], history.Broken());
    }

    [Fact]
    public void A_drain_that_claims_or_fails_is_found()
    {
        history.Faults.Add(new FaultLine(500, "worker-term", "begin", "worker-0", 10, null));
        history.Processes.Add(new ProcessLine(30_000, "worker-0", 10, "exit", 1, Expected: true));
        Assert.Contains("drain", history.Broken());
    }

    [Fact]
    public void A_key_that_nobody_has_described_is_found()
    {
        history.Keys.Add(new KeyLine("queues", "set", ["default"], -1));
        Assert.Empty(history.Broken());
        history.Keys.Add(new KeyLine("novelty", "string", ["1"], -1));
        Assert.Equal(["census"], history.Broken());
    }

    [Fact]
    public void A_job_without_state_and_a_queue_that_names_nobody_deviate()
    {
        history.Keys.Add(new KeyLine("job:half", "hash", ["Attempt", "1"], -1));
        history.Keys.Add(new KeyLine("queue:default", "list", ["nobody"], -1));
        Assert.Equal(["census"], history.Broken());
    }
}
