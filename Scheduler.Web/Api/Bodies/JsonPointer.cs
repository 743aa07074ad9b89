namespace Scheduler.Web.Api.Bodies;

/// <summary>RFC 6901 pointers.</summary>
internal static class JsonPointer
{
    /// <summary>A hostile member name is not repeated whole in the answer.</summary>
    private const int MaxNameLength = 100;

    public static string Escape(string name)
    {
        return Shorten(name).Replace("~", "~0", StringComparison.Ordinal).Replace("/", "~1", StringComparison.Ordinal);
    }

    private static string Shorten(string name)
    {
        if (name.Length <= MaxNameLength)
            return name;
        // Half of a surrogate pair could not be written.
        return name[..(char.IsHighSurrogate(name[MaxNameLength - 1]) ? MaxNameLength - 1 : MaxNameLength)] + "...";
    }
}
