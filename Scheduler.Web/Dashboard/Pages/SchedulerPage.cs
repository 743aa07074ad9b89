using System.Globalization;
using System.Net;
using Hangfire.Dashboard;
using Hangfire.Dashboard.Pages;
using Microsoft.AspNetCore.Antiforgery;
using Scheduler.Jobs.Insight;

namespace Scheduler.Web.Dashboard.Pages;

/// <summary>A page of ours within Hangfire's layout. What is put into its markup is encoded, unless it is markup already.</summary>
internal abstract class SchedulerPage(string title) : RazorPage
{
    private const string None = "–";

    public override void Execute()
    {
        Layout = new LayoutPage(title);
        Put($"""<div class="row"><div class="col-md-12 sched-page"><h1 class="page-header">{title}</h1>""");
        WriteBody();
        WriteLiteral("</div></div>");
    }

    protected abstract void WriteBody();

    protected void Put(FormattableString markup) => WriteLiteral(Markup(markup).ToString());

    /// <summary>Markup to put into other markup.</summary>
    protected static NonEscapedString Markup(FormattableString markup) =>
        new(string.Format(CultureInfo.InvariantCulture, markup.Format, [.. markup.GetArguments().Select(Encode)]));

    protected static NonEscapedString Markup(IEnumerable<NonEscapedString> parts) => new(string.Concat(parts));

    /// <summary>A button that posts. Nothing where the visitor may only read.</summary>
    protected NonEscapedString PostButton(string path, string text, string kind, params (string Name, string Value)[] fields) =>
        IsReadOnly ? Markup($"") : Markup($"""
            <form method="post" action="{Url.To(path)}" class="sched-inline">{Token()}{Markup(fields.Select(f => Markup($"""<input type="hidden" name="{f.Name}" value="{f.Value}">""")))}<button type="submit" class="btn btn-sm btn-{kind}">{text}</button></form>
            """);

    /// <summary>Proves that a form is ours.</summary>
    protected NonEscapedString Token()
    {
        var http = Context.GetHttpContext();
        var tokens = http.RequestServices.GetRequiredService<IAntiforgery>().GetAndStoreTokens(http);
        return Markup($"""<input type="hidden" name="{tokens.FormFieldName}" value="{tokens.RequestToken}">""");
    }

    protected string SearchUrl(string filter, string? cursor = null) =>
        Url.To("/search?filter=" + Uri.EscapeDataString(filter) + (cursor is null ? "" : "&cursor=" + Uri.EscapeDataString(cursor)));

    protected string PreviewUrl(string action, string filter) =>
        Url.To($"/bulk/new?action={action}&filter={Uri.EscapeDataString(filter)}");

    protected NonEscapedString Time(DateTimeOffset? instant) => instant is { } at ? Html.RelativeTime(at.UtcDateTime) : Markup($"{None}");

    protected static string Duration(TimeSpan? time) => time is { } known ? SpokenTime.Duration(known) : None;

    private static object Encode(object? argument) => argument is NonEscapedString markup
        ? markup.ToString()
        : WebUtility.HtmlEncode(Convert.ToString(argument, CultureInfo.InvariantCulture) ?? "");
}
