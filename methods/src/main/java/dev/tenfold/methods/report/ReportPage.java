package dev.tenfold.methods.report;

import com.fasterxml.jackson.databind.JsonNode;
import dev.tenfold.tensor.io.AtomicFile;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** {@code OUT/report.html}: one page, in one file, for all methods whose results lie under {@code OUT}. */
public final class ReportPage {
    private ReportPage() {
    }

    /**
     * Writes the page from what the folder holds, and gives its path.
     *
     * @param order the methods' names in their order; results of others follow
     */
    public static Path write(Path out, List<String> order) throws IOException {
        List<Path> folders = new ArrayList<>();
        try (var entries = Files.list(out)) {
            entries.filter(f -> Files.exists(f.resolve(Study.METRICS)) && Files.exists(f.resolve(Study.REPORT))).sorted().forEach(folders::add);
        }
        folders.sort(java.util.Comparator.comparingInt(f -> {
            int place = order.indexOf(f.getFileName().toString());
            return place < 0 ? Integer.MAX_VALUE : place;
        }));
        List<MethodChapter> chapters = new ArrayList<>();
        for (Path folder : folders) chapters.add(MethodChapter.read(folder));
        Path page = out.resolve("report.html");
        AtomicFile.writeString(page, page(chapters));
        return page;
    }

    private static String page(List<MethodChapter> chapters) throws IOException {
        Html html = new Html();
        html.raw("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
                + "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
                + "<meta name=\"color-scheme\" content=\"light dark\">\n<title>Tenfold report</title>\n<style>\n");
        html.raw(style()).raw("</style>\n</head>\n<body>\n<header>\n<h1>Tenfold report</h1>\n");
        html.element("p class=\"lead\"", "What published methods claim, and what was measured on this machine.");
        overview(html, chapters);
        html.raw("</header>\n<main>\n");
        for (MethodChapter chapter : chapters) chapter.render(html);
        html.raw("</main>\n<footer>");
        html.text("A claim holds or does not at the scale of its run: small runs are minutes on a few cores, not the papers' experiments. "
                + "The numbers also lie in METHOD/metrics.json beside this page.");
        html.raw("</footer>\n</body>\n</html>\n");
        return html.toString();
    }

    private static void overview(Html html, List<MethodChapter> chapters) {
        html.raw("<table class=\"overview\">\n<thead><tr><th>Method</th><th>Claims that hold here</th><th>Scale</th><th>Data</th><th>Time</th></tr></thead>\n<tbody>\n");
        for (MethodChapter chapter : chapters) {
            JsonNode m = chapter.metrics();
            html.raw("<tr><td><a href=\"#").text(chapter.id()).raw("\">").text(chapter.title()).raw("</a></td><td>")
                    .raw(chapter.claimed() == 0 ? "<span>" : chapter.held() == chapter.claimed() ? "<span class=\"badge yes\">" : "<span class=\"badge no\">")
                    .text(chapter.claimed() == 0 ? "none made" : chapter.held() + " of " + chapter.claimed()).raw("</span></td>");
            html.raw("<td>").text(m.path("scale").asText()).raw("</td><td>").text(m.path("data").asText()).raw("</td><td class=\"number\">")
                    .text(Numbers.duration(m.path("wall_seconds").asDouble())).raw("</td></tr>\n");
        }
        html.raw("</tbody>\n</table>\n");
    }

    private static String style() throws IOException {
        try (InputStream in = ReportPage.class.getResourceAsStream("report.css")) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
