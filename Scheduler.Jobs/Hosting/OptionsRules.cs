using System.Text.RegularExpressions;
using Microsoft.Extensions.Options;

namespace Scheduler.Jobs.Hosting;

/// <summary>What attributes cannot say: ranges of time spans and relations between settings. Every message is a sentence to act on.</summary>
internal sealed partial class OptionsRules :
    IValidateOptions<WorkerOptions>, IValidateOptions<RetryOptions>, IValidateOptions<RetentionOptions>, IValidateOptions<EventsOptions>, IValidateOptions<SchedulerOptions>,
    IValidateOptions<DurabilityOptions>
{
    private static readonly TimeSpan Year = TimeSpan.FromDays(366);

    public ValidateOptionsResult Validate(string? name, WorkerOptions options) => Result(
    [
        Between("Scheduler:Worker:Lease", options.Lease, TimeSpan.FromSeconds(3), TimeSpan.FromHours(1)),
        Between("Scheduler:Worker:HeartbeatTimeout", options.HeartbeatTimeout, TimeSpan.FromSeconds(1), Year),
        Between("Scheduler:Worker:DrainTimeout", options.DrainTimeout, TimeSpan.Zero, TimeSpan.FromHours(1)),
        .. options.Queues.Select(QueueProblem),
        Unless(options.Labels.Count <= 16, "Scheduler:Worker:Labels has over 16 labels; keep at most 16."),
        .. options.Labels.Select(l => Unless(Label().IsMatch(l.Key) && Label().IsMatch(l.Value),
            $"Scheduler:Worker:Labels:{l.Key} is '{l.Value}'; write name and value with 1 to 64 of A-Z, a-z, 0-9 and . _ : -.")),
        Unless(options.Queues.Count > 0, "Scheduler:Worker:Queues names no queue; name at least one, for example default."),
        Unless(options.Queues.DistinctBy(NameOf).Count() == options.Queues.Count, "Scheduler:Worker:Queues names a queue twice; name each once."),
    ]);

    public ValidateOptionsResult Validate(string? name, RetryOptions options) => Result(
    [
        Between("Scheduler:Retry:BaseDelay", options.BaseDelay, TimeSpan.Zero, Year),
        Between("Scheduler:Retry:MaxDelay", options.MaxDelay, TimeSpan.Zero, Year),
        Unless(options.BaseDelay <= options.MaxDelay, $"Scheduler:Retry:BaseDelay ({options.BaseDelay:c}) must not be longer than Scheduler:Retry:MaxDelay ({options.MaxDelay:c})."),
    ]);

    public ValidateOptionsResult Validate(string? name, RetentionOptions options) => Result(
    [
        Between("Scheduler:Retention:Succeeded", options.Succeeded, TimeSpan.FromSeconds(1), 100 * Year),
        Between("Scheduler:Retention:Deleted", options.Deleted, TimeSpan.FromSeconds(1), 100 * Year),
        Between("Scheduler:Retention:Failed", options.Failed, TimeSpan.FromSeconds(1), 100 * Year),
    ]);

    public ValidateOptionsResult Validate(string? name, EventsOptions options) =>
        Result([Between("Scheduler:Events:Retention", options.Retention, TimeSpan.FromSeconds(1), Year)]);

    public ValidateOptionsResult Validate(string? name, SchedulerOptions options) =>
        Result([Between("Scheduler:MisfireThreshold", options.MisfireThreshold, TimeSpan.FromSeconds(1), Year)]);

    public ValidateOptionsResult Validate(string? name, DurabilityOptions options) =>
        Result([Between("Scheduler:Durability:Timeout", options.Timeout, TimeSpan.FromMilliseconds(10), TimeSpan.FromSeconds(30))]);

    private static ValidateOptionsResult Result(IReadOnlyList<string?> problems) =>
        problems.OfType<string>().ToList() is { Count: > 0 } found ? ValidateOptionsResult.Fail(found) : ValidateOptionsResult.Success;

    private static string? Unless(bool holds, string problem) => holds ? null : problem;

    private static string? Between(string key, TimeSpan value, TimeSpan least, TimeSpan most) =>
        Unless(value >= least && value <= most, $"{key} is {value:c}, but must be between {least:c} and {most:c}.");

    private static string? QueueProblem(string item) => Unless(QueueItem().IsMatch(item),
        $"Scheduler:Worker:Queues has the item '{item}'; write a queue name of 1 to 64 characters a-z, 0-9, _ and -, optionally with a weight from 1 to 1000, for example critical:5.");

    private static string NameOf(string item) => item.Split(':')[0];

    [GeneratedRegex(@"^[a-z0-9_-]{1,64}(:([1-9][0-9]{0,2}|1000))?\z")]
    private static partial Regex QueueItem();

    [GeneratedRegex(@"^[A-Za-z0-9._:-]{1,64}\z")]
    private static partial Regex Label();
}
