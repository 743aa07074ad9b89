using System.Text.Json;
using Scheduler.Faults.Checker;

// Scheduler.Faults.Checker FOLDER: reads what a campaign recorded there, writes verdict.json beside it, and says what does not hold.
// Exit code: 0 = every promise holds, 1 = at least one does not, 2 = the folder cannot be read.
if (args is not [var folder])
{
    Console.Error.WriteLine("usage: Scheduler.Faults.Checker FOLDER");
    return 2;
}

Verdict verdict;
try
{
    verdict = Verdict.On(folder);
}
catch (Exception e) when (e is IOException or JsonException)
{
    Console.Error.WriteLine($"{folder} cannot be checked: {e.Message}");
    return 2;
}

File.WriteAllText(Path.Combine(folder, "verdict.json"), JsonSerializer.Serialize(verdict, new JsonSerializerOptions(JsonSerializerDefaults.Web) { WriteIndented = true }));
foreach (var rule in verdict.Findings.GroupBy(f => f.Rule))
{
    Console.WriteLine($"{rule.Key}: {rule.Count()}");
    foreach (var finding in rule.Take(5))
        Console.WriteLine($"  {finding.What}");
}

Console.WriteLine(verdict.Findings.Count == 0 ? "every promise holds" : $"{verdict.Findings.Count} findings");
return verdict.Findings.Count == 0 ? 0 : 1;
