namespace Scheduler.Faults.Injection;

/// <summary>A disk that is full, where Redis's folder lies on a small file system of its own.</summary>
internal static class DiskFaults
{
    public static IEnumerable<Fault> All => [new("disk-full", 2, FaultLane.Store, FillAsync)];

    private static async Task<bool> FillAsync(FaultContext context)
    {
        var redis = context.Fleet.Store.Single;
        var filler = Path.Combine(redis.Folder, "filler");
        using (context.Recorder.Fault("disk-full", null, redis.Pid))
        {
            // With appendfsync always Redis ends itself rather than acknowledge what it cannot keep.
            redis.MayEnd();
            Fill(filler);
            await context.HoldAsync(context.Between(1, 4));
            File.Delete(filler);
            if (redis.HasEnded)
                await redis.StartAsync(CancellationToken.None);
        }
        return true;
    }

    private static void Fill(string path)
    {
        var block = new byte[1 << 16];
        using var file = new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 0);
        try
        {
            while (true)
                file.Write(block);
        }
        catch (IOException)
        {
            // Full, as it should be.
        }
    }
}
