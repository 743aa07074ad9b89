using System.Globalization;
using System.Net;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Scheduler.Jobs.Contracts;
using Scheduler.Jobs.Hosting;

namespace Scheduler.Jobs.BuiltInJobs;

/// <summary>Calls a URL. 429 and 5xx try again and honour Retry-After; other answers outside the expected fail for good.</summary>
[JobType("http.request", Description = "Sends one HTTP request and keeps the answer.")]
internal sealed partial class HttpRequestJob(JobHttpClient http, IOptions<RetryOptions> retry, TimeProvider clock) : IJobHandler<HttpRequestArgs, HttpRequestResult>
{
    public async Task<HttpRequestResult> RunAsync(HttpRequestArgs args, JobContext job, CancellationToken cancellationToken)
    {
        var started = clock.GetTimestamp();
        var timeout = args.Timeout ?? HttpRequestArgs.DefaultTimeout;
        using var limit = new CancellationTokenSource(timeout, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, limit.Token);
        try
        {
            using var response = await FollowAsync(RequestPlan.From(args), args, either.Token);
            LogAnswered(job.Logger, response.RequestMessage!.Method, response.RequestMessage.RequestUri!.Host, (int)response.StatusCode);
            EnsureExpected(response, args);
            var (body, truncated) = await ResponseText.ReadAsync(response.Content, either.Token);
            var duration = (long)clock.GetElapsedTime(started).TotalMilliseconds;
            return new HttpRequestResult((int)response.StatusCode, ResponseText.Headers(response), body, truncated, duration);
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw new TimeoutException($"No complete answer within {IsoDuration.Format(timeout)}.");
        }
        catch (HttpRequestException problem) when (problem.InnerException is AddressRefusedException refused)
        {
            throw new JobFailedException(refused.Message + ".", problem);
        }
    }

    private async Task<HttpResponseMessage> FollowAsync(RequestPlan plan, HttpRequestArgs args, CancellationToken cancellationToken)
    {
        for (var redirects = 0; ; redirects++)
        {
            using var request = plan.ToMessage();
            var response = await http.SendAsync(request, cancellationToken);
            if (IsExpected(response, args) || !RequestPlan.IsRedirect(response))
                return response;
            using (response)
            {
                if (redirects == RequestPlan.MaxRedirects)
                    throw new JobFailedException($"Redirected more than {RequestPlan.MaxRedirects} times.");
                plan = plan.Redirected(response);
            }
        }
    }

    private void EnsureExpected(HttpResponseMessage response, HttpRequestArgs args)
    {
        if (IsExpected(response, args))
            return;
        var status = (int)response.StatusCode;
        var answered = $"{response.RequestMessage!.RequestUri!.Host} answered {status.ToString(CultureInfo.InvariantCulture)}";
        if (status != (int)HttpStatusCode.TooManyRequests && status < 500)
            throw new JobFailedException(answered + ".");
        if (RetryAfter(response) is { } delay)
            throw new RetryLaterException(answered + " and said when to try again.", delay);
        throw new HttpRequestException(answered + ".", null, response.StatusCode);
    }

    private static bool IsExpected(HttpResponseMessage response, HttpRequestArgs args) =>
        args.ExpectStatus?.Contains((int)response.StatusCode) ?? response.IsSuccessStatusCode;

    // Seconds or a date, by the server's own clock where it tells it; never beyond the longest delay of the policy.
    private TimeSpan? RetryAfter(HttpResponseMessage response)
    {
        var header = response.Headers.RetryAfter;
        var delay = header?.Delta ?? (header?.Date - (response.Headers.Date ?? clock.GetUtcNow()));
        if (delay is null)
            return null;
        return delay < TimeSpan.Zero ? TimeSpan.Zero : delay > retry.Value.MaxDelay ? retry.Value.MaxDelay : delay;
    }

    [LoggerMessage(2100, LogLevel.Information, "{Method} {Host} answered {Status}")]
    private static partial void LogAnswered(ILogger logger, HttpMethod method, string host, int status);
}
