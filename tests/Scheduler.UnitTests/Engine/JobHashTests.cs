using Scheduler.Jobs.Engine;
using StackExchange.Redis;

namespace Scheduler.UnitTests.Engine;

public sealed class JobHashTests
{
    [Fact]
    public void Typed_job_is_read_from_its_leanest_form()
    {
        var job = JobHash.Read("j1", [new("State", "Enqueued"), new("Call", "1000\nhttp.request\n{}")])!;
        Assert.Equal(("http.request", true, "default", "Enqueued", 0), (job.Type, job.IsTyped, job.Queue, job.State, job.Attempt));
        Assert.Equal(new HistoryEntry("Enqueued", DateTimeOffset.UnixEpoch.AddSeconds(1), null, null, null), Assert.Single(job.History));
        Assert.Null(job.StartedAt);
        Assert.Null(job.FinishedAt);
    }

    [Fact]
    public void Start_worker_and_end_are_read_from_the_history()
    {
        var job = JobHash.Read("j1",
        [
            new("State", "Succeeded"), new("Call", "1000\na\n{}"), new("Attempt", 2),
            new("History", """
                {"s":"Processing","t":2000,"w":"h:1:a"}
                not json
                {"s":"Scheduled","t":3000,"r":"boom"}
                {"s":"Processing","t":4000,"w":"h:2:b"}
                {"s":"Succeeded","t":5000}
                """),
        ])!;
        Assert.Equal(("h:2:b", 4000, 5000), (job.Worker, job.StartedAt!.Value.ToUnixTimeMilliseconds(), job.FinishedAt!.Value.ToUnixTimeMilliseconds()));
        Assert.Equal(["Enqueued", "Processing", "Scheduled", "Processing", "Succeeded"], job.History.Select(h => h.State));
    }

    [Fact]
    public void Last_start_and_plain_end_in_fields_of_their_own_continue_the_history()
    {
        JobRecord Read(string state, string? history = null, string? end = null) => JobHash.Read("j1",
        [
            new("State", state), new("Call", "1000\na\n{}"), new("Start", "2000 h:1:a"),
            .. history is null ? Array.Empty<HashEntry>() : [new("History", history)],
            .. end is null ? Array.Empty<HashEntry>() : [new("End", end)],
        ])!;
        string[] States(JobRecord job) => [.. job.History.Select(h => $"{h.State} {h.At.ToUnixTimeMilliseconds()}")];

        var running = Read("Processing");
        Assert.Equal((2000, "h:1:a", null), (running.StartedAt!.Value.ToUnixTimeMilliseconds(), running.Worker, running.FinishedAt));
        Assert.Equal(["Enqueued 1000", "Processing 2000"], States(running));
        Assert.Equal(["Enqueued 1000", "Processing 2000", "Succeeded 3000"], States(Read("Succeeded", end: "3000")));
        Assert.Equal(3000, Read("Succeeded", end: "3000").FinishedAt!.Value.ToUnixTimeMilliseconds());

        // Written out already, and an end from before a requeue: neither stands twice.
        const string Written = """{"s":"Processing","t":2000,"w":"h:1:a"}""" + "\n" + """{"s":"Failed","t":4000,"r":"boom"}""";
        Assert.Equal(["Enqueued 1000", "Processing 2000", "Failed 4000"], States(Read("Failed", Written, end: "3000")));
        Assert.Equal(["Enqueued 1000", "Processing 2000"], States(Read("Processing", end: "1500")));
    }

    [Fact]
    public void Call_in_pieces_is_joined_byte_by_byte()
    {
        var args = "{\"text\":\"" + string.Concat(Enumerable.Repeat("äöü€", 20)) + "\"}";
        var fields = JobCall.ToFields(DateTime.UnixEpoch, "http.request", args).Chunk(2).Select(f => new HashEntry(f[0], f[1])).ToArray();
        Assert.InRange(fields.Length, 3, JobCall.MaxPieces);
        Assert.All(fields, f => Assert.InRange(((ReadOnlyMemory<byte>)f.Value).Length, 1, 64));
        var job = JobHash.Read("j1", [.. fields.Reverse()])!;
        Assert.Equal(("http.request", args, 0), (job.Type, job.Args, job.CreatedAt.ToUnixTimeMilliseconds()));
        Assert.Single(JobCall.ToFields(DateTime.UnixEpoch, "a", new string('x', 2000)).Chunk(2));
    }

    [Fact]
    public void Expression_job_of_a_stock_client_is_named_by_class_and_method()
    {
        var job = JobHash.Read("j1",
        [
            new("State", "Enqueued"), new("CreatedAt", "2026-11-22T10:00:00.0000000Z"), new("Type", "Acme.Mail.Outer+Mailer, Acme.Mail"),
            new("Method", "Send"), new("ParameterTypes", """["System.Int32"]"""), new("Arguments", """["42","\"text\""]"""),
            new("CurrentCulture", "\"en-US\""), new("param:State", "user's own"),
        ])!;
        Assert.Equal(("Mailer.Send", false, """[42,"text"]"""), (job.Type, job.IsTyped, job.Args));
        Assert.Equal(2026, job.CreatedAt.Year);
        Assert.Equal("\"en-US\"", job.Parameters["CurrentCulture"]);
        Assert.Equal("user's own", job.Parameters["State"]);
    }

    [Fact]
    public void Empty_hash_is_no_job_and_broken_fields_do_not_hide_one()
    {
        Assert.Null(JobHash.Read("j1", []));
        var job = JobHash.Read("j1",
            [new("Call", "x\na"), new("Error", "{broken"), new("Progress", "["), new("Tags", "no"), new("Attempt", "many")])!;
        Assert.Equal((null, null, 0), (job.Error, job.Progress, job.Attempt));
        Assert.Empty(job.Tags);
    }
}
