using System.Buffers;
using System.Globalization;
using Microsoft.AspNetCore.Http.Features;
using Scheduler.Web.Api.Problems;

namespace Scheduler.Web.Api.Bodies;

/// <summary>A body's bytes in rented memory. Reading stops at the limit, before the rest is taken from the network.</summary>
internal sealed class BodyBytes : IDisposable
{
    private const int FirstRent = 4096;

    private byte[] rented;
    private int length;

    private BodyBytes(int firstRent) => rented = ArrayPool<byte>.Shared.Rent(firstRent);

    public ReadOnlyMemory<byte> Memory => rented.AsMemory(0, length);

    /// <summary>Exactly one of the two is not null.</summary>
    public static async Task<(BodyBytes? Bytes, ApiProblem? Refused)> ReadAsync(HttpContext context, int maxBytes)
    {
        // The limit is ours. With its own, lower or higher, Kestrel would cut the line while the client still sends, before it reads the 413;
        // so it discards what follows for a few seconds at most.
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit)
            limit.MaxRequestBodySize = null;
        if (context.Request.ContentLength > maxBytes)
            return (null, TooLarge(maxBytes));
        var bytes = new BodyBytes((int)(context.Request.ContentLength + 1 ?? FirstRent));
        if (await bytes.FillAsync(context.Request.Body, maxBytes, context.RequestAborted))
            return (bytes, null);
        bytes.Dispose();
        return (null, TooLarge(maxBytes));
    }

    public void Dispose()
    {
        var array = rented;
        rented = [];
        length = 0;
        if (array.Length > 0)
            ArrayPool<byte>.Shared.Return(array);
    }

    /// <summary>False where more than <paramref name="maxBytes"/> came.</summary>
    private async Task<bool> FillAsync(Stream body, int maxBytes, CancellationToken cancellationToken)
    {
        while (true)
        {
            if (length == rented.Length)
                Grow();
            var read = await body.ReadAsync(rented.AsMemory(length), cancellationToken);
            length += read;
            if (length > maxBytes)
                return false;
            if (read == 0)
                return true;
        }
    }

    private void Grow()
    {
        var larger = ArrayPool<byte>.Shared.Rent(rented.Length * 2);
        rented.AsSpan(0, length).CopyTo(larger);
        ArrayPool<byte>.Shared.Return(rented);
        rented = larger;
    }

    private static ApiProblem TooLarge(int maxBytes) =>
        Problem.BodyTooLarge(string.Create(CultureInfo.InvariantCulture, $"This path takes at most {maxBytes} bytes."));
}
