using Hangfire;
using Hangfire.Dashboard;

namespace Scheduler.Web.Dashboard.Pages;

/// <summary>Adds our pages to Hangfire's dashboard, through what it offers for that. Its routes and menus are static: once for each process.</summary>
internal static class DashboardPages
{
    private static readonly Lazy<bool> Added = new(Add);

    public static void EnsureAdded() => _ = Added.Value;

    private static bool Add()
    {
        var routes = DashboardRoutes.Routes;
        routes.Add("/search", new LoadedPage<SearchModel>(SearchModel.LoadAsync, model => new SearchPage(model)));
        routes.Add("/dead-letters", new LoadedPage<Jobs.Engine.Page<Jobs.DeadLetters.DeadLetterGroup>>(DeadLettersPage.LoadAsync, groups => new DeadLettersPage(groups)));
        routes.Add("/queues", new LoadedPage<QueuesModel>(QueuesModel.LoadAsync, model => new QueuesPage(model)));
        routes.Add("/queues/pause", new FormCommand(QueuesPage.PauseAsync));
        routes.Add("/queues/resume", new FormCommand(QueuesPage.ResumeAsync));
        routes.Add("/processes", new LoadedPage<IReadOnlyList<Jobs.Engine.WorkerRecord>>(ProcessesPage.LoadAsync, workers => new ProcessesPage(workers)));
        routes.Add("/bulk", new LoadedPage<IReadOnlyList<Jobs.Bulk.BulkOperation>>(BulkPage.LoadAsync, operations => new BulkPage(operations)));
        routes.Add("/bulk/new", new LoadedPage<BulkPreviewModel>(BulkPreviewModel.LoadAsync, model => new BulkPreviewPage(model)));
        routes.Add("/bulk/start", new FormCommand(BulkPreviewPage.StartAsync));
        routes.Add("/bulk/stop", new FormCommand(BulkPage.StopAsync));
        routes.Add("/bulk/undo", new FormCommand(BulkPage.UndoAsync));

        AddToMenu("Search", "/search");
        AddToMenu("Queues", "/queues");
        AddToMenu("Dead letters", "/dead-letters");
        AddToMenu("Bulk", "/bulk");
        AddToMenu("Processes", "/processes");

        var assembly = typeof(DashboardPages).Assembly;
        DashboardRoutes.AddStylesheet(assembly, "dashboard/dashboard.css");
        DashboardRoutes.AddStylesheetDarkMode(assembly, "dashboard/dashboard-dark.css");
        DashboardRoutes.AddJavaScript(assembly, "dashboard/dashboard.js");
        GlobalConfiguration.Configuration.UseJobDetailsRenderer(10, JobLivePanel.Render);
        return true;
    }

    private static void AddToMenu(string text, string path) => NavigationMenu.Items.Add(page => new MenuItem(text, page.Url.To(path))
    {
        Active = page.RequestPath.StartsWith(path, StringComparison.OrdinalIgnoreCase),
    });
}
