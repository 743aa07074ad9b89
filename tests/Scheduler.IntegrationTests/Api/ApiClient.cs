using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;

namespace Scheduler.IntegrationTests.Api;

/// <summary>An answer, read.</summary>
internal sealed record ApiAnswer(int Status, string Body, HttpResponseMessage Message)
{
    public JsonElement Json => JsonElement.Parse(Body);

    public string Code => Json.GetProperty("code").GetString()!;

    /// <summary>The pointers of <c>errors</c>.</summary>
    public IReadOnlyList<string> Pointers => [.. Json.GetProperty("errors").EnumerateObject().Select(e => e.Name)];

    public string? Header(string name) =>
        Message.Headers.TryGetValues(name, out var values) || Message.Content.Headers.TryGetValues(name, out values) ? string.Join(", ", values) : null;

    public string Text(string member) => Json.GetProperty(member).GetString()!;
}

/// <summary>Talks to the API as a client would.</summary>
internal sealed class ApiClient : IDisposable
{
    private readonly HttpClient http;

    public ApiClient(string address, string? key)
    {
        http = new HttpClient(new DescribedAnswers(new SocketsHttpHandler { RequestHeaderEncodingSelector = (_, _) => Encoding.UTF8 })) { BaseAddress = new Uri(address), Timeout = TimeSpan.FromSeconds(90) };
        if (key is not null)
            http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", key);
    }

    public Task<ApiAnswer> GetAsync(string path, params (string Name, string Value)[] headers) => SendAsync(HttpMethod.Get, path, null, headers);

    public Task<ApiAnswer> PostAsync(string path, string? json = null, params (string Name, string Value)[] headers) =>
        SendAsync(HttpMethod.Post, path, json is null ? null : Content(json, "application/json"), headers);

    public Task<ApiAnswer> PostLinesAsync(string path, string lines, params (string Name, string Value)[] headers) =>
        SendAsync(HttpMethod.Post, path, Content(lines, "application/x-ndjson"), headers);

    public async Task<ApiAnswer> SendAsync(HttpMethod method, string path, HttpContent? content, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(method, path) { Content = content };
        foreach (var (name, value) in headers)
            request.Headers.TryAddWithoutValidation(name, value);
        var response = await http.SendAsync(request, TestContext.Current.CancellationToken);
        return new ApiAnswer((int)response.StatusCode, await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), response);
    }

    /// <summary>Enqueues <c>test.echo</c> with these further members and gives its id.</summary>
    public async Task<string> EnqueueAsync(string members = "")
    {
        var answer = await PostAsync("/api/v1/jobs", "{\"type\":\"test.echo\"" + (members.Length > 0 ? "," + members : "") + "}");
        Assert.True(answer.Status == 202, answer.Body);
        return answer.Text("id");
    }

    public void Dispose() => http.Dispose();

    private static StringContent Content(string text, string mediaType) => new(text, Encoding.UTF8, mediaType);
}
