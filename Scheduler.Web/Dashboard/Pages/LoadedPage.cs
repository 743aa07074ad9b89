using Hangfire.Dashboard;

namespace Scheduler.Web.Dashboard.Pages;

/// <summary>A page whose content is loaded, asynchronously, before Hangfire renders it.</summary>
internal sealed class LoadedPage<TModel>(Func<HttpContext, Task<TModel>> load, Func<TModel, RazorPage> page) : IDashboardDispatcher
{
    public async Task Dispatch(DashboardContext context)
    {
        var model = await load(context.GetHttpContext());
        // Hangfire gives its page dispatcher out only through a route.
        var single = new Hangfire.Dashboard.RouteCollection();
        single.AddRazorPage(".*", _ => page(model));
        await single.FindDispatcher(context.Request.Path).Item1.Dispatch(context);
    }
}
