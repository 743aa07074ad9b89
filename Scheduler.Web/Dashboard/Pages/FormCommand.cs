using Hangfire.Dashboard;

namespace Scheduler.Web.Dashboard.Pages;

/// <summary>What a form does when it is posted. Hangfire has checked by then that the form is ours.</summary>
/// <param name="act">Gives the page, under the dashboard's root, to show afterwards.</param>
internal sealed class FormCommand(Func<HttpContext, IFormCollection, Task<string>> act) : IDashboardDispatcher
{
    public async Task Dispatch(DashboardContext context)
    {
        var http = context.GetHttpContext();
        if (!HttpMethods.IsPost(http.Request.Method))
        {
            http.Response.StatusCode = StatusCodes.Status405MethodNotAllowed;
            return;
        }
        if (context.IsReadOnly)
        {
            http.Response.StatusCode = StatusCodes.Status403Forbidden;
            return;
        }
        var next = await act(http, await http.Request.ReadFormAsync(http.RequestAborted));
        http.Response.StatusCode = StatusCodes.Status303SeeOther;
        http.Response.Headers.Location = new UrlHelper(context).To(next);
    }
}
