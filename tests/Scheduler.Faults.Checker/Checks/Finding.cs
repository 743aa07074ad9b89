namespace Scheduler.Faults.Checker.Checks;

/// <param name="Rule">The promise that does not hold, by its short name.</param>
public sealed record Finding(string Rule, string What);
