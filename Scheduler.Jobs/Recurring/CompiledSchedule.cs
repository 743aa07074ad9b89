using Scheduler.Jobs.Engine;

namespace Scheduler.Jobs.Recurring;

/// <summary>A definition ready to fire.</summary>
/// <param name="Invocation">Set where a Hangfire client made the schedule: what its jobs run.</param>
/// <param name="Calculator">Null where the definition cannot fire.</param>
/// <param name="Error">Why it cannot fire.</param>
internal sealed record CompiledSchedule(
    ScheduleDefinition Definition, InvocationFields? Invocation, OccurrenceCalculator? Calculator, string? Error);
