using Scheduler.Faults;
using Scheduler.Faults.Saboteurs;

// One command: starts real processes, loads them, hurts them, and has the recorded history checked.
// Exit code: 0 = every promise held in every round, 1 = one did not, 2 = it could not be run.
using var stopped = new CancellationTokenSource();
Console.CancelKeyPress += (_, press) =>
{
    press.Cancel = true;
    stopped.Cancel();
};
if (args is ["saboteurs", .. var names])
    return await SaboteurTrial.RunAsync(names, stopped.Token);

CampaignOptions options;
try
{
    options = CampaignOptions.Parse(args);
}
catch (Exception e) when (e is FormatException or OverflowException)
{
    Console.Error.WriteLine(e.Message);
    Console.Error.WriteLine(CampaignOptions.Usage);
    return 2;
}

return await Campaign.RunAsync(options, stopped.Token);
