using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Scheduler.Jobs.Contracts;

namespace Scheduler.Jobs.BuiltInJobs;

/// <summary>What one hop of <c>http.request</c> sends; a redirect makes the next one from it.</summary>
internal sealed record RequestPlan(Uri Url, HttpMethod Method, IReadOnlyDictionary<string, string> Headers, JsonElement? Body)
{
    public const int MaxRedirects = 3;

    // Everything else may carry a secret meant for the first origin only.
    private static readonly HashSet<string> KeptAcrossOrigins = new(StringComparer.OrdinalIgnoreCase)
    {
        "Accept", "Accept-Charset", "Accept-Language", "Cache-Control", "Content-Language", "Content-Type", "User-Agent",
    };

    public static RequestPlan From(HttpRequestArgs args) =>
        new(new Uri(args.Url), new HttpMethod(args.Method), args.Headers ?? new Dictionary<string, string>(), args.Body);

    public static bool IsRedirect(HttpResponseMessage response) =>
        (int)response.StatusCode is 301 or 302 or 303 or 307 or 308 && response.Headers.Location is not null;

    public HttpRequestMessage ToMessage()
    {
        var message = new HttpRequestMessage(Method, Url) { Content = ToContent() };
        foreach (var (name, value) in Headers)
        {
            if (!message.Headers.TryAddWithoutValidation(name, value) && message.Content is not null)
            {
                message.Content.Headers.Remove(name);
                message.Content.Headers.TryAddWithoutValidation(name, value);
            }
        }
        return message;
    }

    /// <summary>As browsers: 303, and 301 or 302 after a POST, go on with GET and no body.</summary>
    public RequestPlan Redirected(HttpResponseMessage response)
    {
        if (!Uri.TryCreate(Url, response.Headers.Location!, out var target) || !HttpRequestArgs.IsCallable(target))
            throw new JobFailedException("Redirected to something that is not an http or https URL without user name and password.");
        if (Url.Scheme == "https" && target.Scheme == "http")
            throw new JobFailedException($"Redirected from https to http ({target.Host}); that is not followed.");
        var next = this with { Url = target };
        var status = (int)response.StatusCode;
        if ((status == 303 && Method != HttpMethod.Head) || (status is 301 or 302 && Method == HttpMethod.Post))
            next = next with { Method = HttpMethod.Get, Body = null, Headers = Without(name => name.StartsWith("Content-", StringComparison.OrdinalIgnoreCase)) };
        return IsSameOrigin(target) ? next : next with { Headers = next.Without(name => !KeptAcrossOrigins.Contains(name)) };
    }

    private bool IsSameOrigin(Uri target) => Uri.Compare(Url, target, UriComponents.SchemeAndServer, UriFormat.Unescaped, StringComparison.OrdinalIgnoreCase) == 0;

    private Dictionary<string, string> Without(Func<string, bool> dropped) =>
        Headers.Where(h => !dropped(h.Key)).ToDictionary(h => h.Key, h => h.Value);

    private StringContent? ToContent() => Body switch
    {
        null or { ValueKind: JsonValueKind.Null or JsonValueKind.Undefined } => null,
        { ValueKind: JsonValueKind.String } text => new StringContent(text.GetString() ?? "", Encoding.UTF8, new MediaTypeHeaderValue("text/plain", "utf-8")),
        { } json => new StringContent(json.GetRawText(), Encoding.UTF8, new MediaTypeHeaderValue("application/json")),
    };
}
