FROM mcr.microsoft.com/dotnet/sdk:10.0 AS build
WORKDIR /src
# First what decides the packages: this layer is built again only when they change.
COPY global.json Directory.Build.props Directory.Packages.props ./
COPY Scheduler.Jobs/Scheduler.Jobs.csproj Scheduler.Jobs/packages.lock.json Scheduler.Jobs/
COPY Scheduler.Web/Scheduler.Web.csproj Scheduler.Web/packages.lock.json Scheduler.Web/
RUN dotnet restore Scheduler.Web --locked-mode
COPY BannedSymbols.txt .editorconfig ./
COPY Scheduler.Jobs/ Scheduler.Jobs/
COPY Scheduler.Web/ Scheduler.Web/
RUN dotnet publish Scheduler.Web -c Release -o /app --no-restore

FROM mcr.microsoft.com/dotnet/aspnet:10.0
WORKDIR /app
COPY --from=build /app .
USER $APP_UID
EXPOSE 8080
HEALTHCHECK --interval=15s --timeout=5s --start-period=20s --retries=3 CMD ["dotnet", "Scheduler.Web.dll", "healthcheck", "http://127.0.0.1:8080/health/live"]
ENTRYPOINT ["dotnet", "Scheduler.Web.dll"]
