using Microsoft.Playwright;

namespace Orchestrator.Tests.Activity.Browser;

/// <summary>What is to be seen on a picture of a page.</summary>
/// <param name="Mean">How light it is, from 0 to 255.</param>
/// <param name="Deviation">How much that differs from point to point: 0 for a blank page.</param>
/// <param name="Colours">How many colours are on it, told apart roughly.</param>
sealed record Picture(double Mean, double Deviation, int Colours)
{
    const string Measure = """
        async png => {
            const bytes = Uint8Array.from(atob(png), c => c.charCodeAt(0));
            const bitmap = await createImageBitmap(new Blob([bytes], { type: 'image/png' }));
            const context = new OffscreenCanvas(bitmap.width, bitmap.height).getContext('2d');
            context.drawImage(bitmap, 0, 0);
            const { data } = context.getImageData(0, 0, bitmap.width, bitmap.height);
            const colours = new Set();
            let sum = 0, squares = 0;
            for (let i = 0; i < data.length; i += 4) {
                const light = 0.2126 * data[i] + 0.7152 * data[i + 1] + 0.0722 * data[i + 2];
                sum += light;
                squares += light * light;
                colours.add(data[i] >> 4 << 8 | data[i + 1] >> 4 << 4 | data[i + 2] >> 4);
            }
            const count = data.length / 4, mean = sum / count;
            return { mean, deviation: Math.sqrt(squares / count - mean * mean), colours: colours.size };
        }
        """;

    /// <summary>Takes one of what the window shows.</summary>
    public static async Task<Picture> OfAsync(BrowserTab tab, ILocator? part = null)
    {
        var png = part is null
            ? await tab.Page.ScreenshotAsync(new PageScreenshotOptions { Animations = ScreenshotAnimations.Disabled })
            : await part.ScreenshotAsync(new LocatorScreenshotOptions { Animations = ScreenshotAnimations.Disabled });
        var desk = await tab.NewPageAsync();
        var measured = await desk.EvaluateAsync<System.Text.Json.JsonElement>(Measure, Convert.ToBase64String(png));
        await desk.CloseAsync();
        return new Picture(measured.GetProperty("mean").GetDouble(), measured.GetProperty("deviation").GetDouble(), measured.GetProperty("colours").GetInt32());
    }
}
