package dev.tenfold.methods.report;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;

/**
 * One method's part of the page, from its two files and its pictures.
 *
 * @param id the folder's name
 */
record MethodChapter(String id, Path folder, JsonNode metrics, JsonNode report) {
    /** @throws IOException when a file is missing or is not what Tenfold wrote */
    static MethodChapter read(Path folder) throws IOException {
        return new MethodChapter(folder.getFileName().toString(), folder, json(folder.resolve(Study.METRICS)), json(folder.resolve(Study.REPORT)));
    }

    private static JsonNode json(Path file) throws IOException {
        try {
            JsonNode node = StudyJson.read(file);
            if (node.isObject()) return node;
            throw new IOException(file + " does not hold a JSON object; it was altered. Delete it and run the method again");
        } catch (JsonProcessingException e) {
            throw new IOException(file + " is not JSON any more (line " + e.getLocation().getLineNr() + "); it was altered. Delete it and run the method again", e);
        }
    }

    String title() {
        return report.path("title").asText(id);
    }

    int claimed() {
        return metrics.path("claims").size();
    }

    int held() {
        int held = 0;
        for (JsonNode claim : metrics.path("claims")) if (claim.path("holds").asBoolean()) held++;
        return held;
    }

    void render(Html html) throws IOException {
        html.raw("<article id=\"").text(id).raw("\">\n");
        html.element("h2", title());
        html.element("p class=\"paper\"", metrics.path("paper").asText());
        settings(html);
        claims(html);
        for (JsonNode part : report.path("parts")) part(html, part);
        numbers(html);
        html.raw("</article>\n");
    }

    private void settings(Html html) {
        html.raw("<dl class=\"settings\">\n");
        entry(html, "Data", metrics.path("data").asText());
        entry(html, "Settings", "scale " + metrics.path("scale").asText() + ", device " + metrics.path("device").asText()
                + ", seed " + metrics.path("seed").asText() + ", " + metrics.path("threads").asText() + " threads");
        entry(html, "Run", Numbers.duration(metrics.path("wall_seconds").asDouble()) + ", finished "
                + report.path("finished").asText().replaceFirst("T", " ").replaceFirst("(\\.\\d+)?Z$", " UTC"));
        entry(html, "Machine", report.path("machine").asText());
        entry(html, "Tenfold", report.path("tenfold").asText());
        html.raw("</dl>\n");
    }

    private static void entry(Html html, String name, String value) {
        html.raw("<div>").element("dt", name).element("dd", value).raw("</div>\n");
    }

    private void claims(Html html) {
        JsonNode claims = metrics.path("claims");
        if (claims.isEmpty()) return;
        html.element("h3", "What the paper claims, and what was measured here");
        html.raw("<ul class=\"claims\">\n");
        for (JsonNode claim : claims) {
            boolean holds = claim.path("holds").asBoolean();
            html.raw("<li class=\"").raw(holds ? "yes" : "no").raw("\">\n<div class=\"verdict\">")
                    .element("span class=\"badge " + (holds ? "yes" : "no") + "\"", holds ? "✓ holds here" : "✗ does not hold here").raw("</div>\n");
            html.element("p", claim.path("statement").asText());
            html.raw("<div class=\"figures\">");
            figure(html, "measured here", claim.path("measured"));
            if (!claim.path("baseline").isNull()) figure(html, "baseline", claim.path("baseline"));
            if (!claim.path("paper_value").isNull()) figure(html, "paper", claim.path("paper_value"));
            html.raw("</div>\n</li>\n");
        }
        html.raw("</ul>\n");
    }

    private static void figure(Html html, String name, JsonNode value) {
        html.raw("<div>").element("b", number(value)).element("span", name).raw("</div>");
    }

    private static String number(JsonNode value) {
        return Numbers.readable(value.isNumber() ? value.asDouble() : Double.NaN);
    }

    private void part(Html html, JsonNode part) throws IOException {
        if (part.has("section")) html.element("h3", part.path("section").asText());
        else if (part.has("text")) html.element("p", part.path("text").asText());
        else if (part.has("plot")) picture(html, part);
        else if (part.has("table")) table(html, part);
    }

    private void picture(Html html, JsonNode part) throws IOException {
        Path file = folder.resolve(Path.of(part.path("file").asText()).getFileName());
        String data = Base64.getEncoder().encodeToString(Files.readAllBytes(file));
        html.raw("<figure><img width=\"" + PlotImage.WIDTH + "\" height=\"" + PlotImage.HEIGHT + "\" alt=\"").text(part.path("plot").asText())
                .raw("\" src=\"data:image/png;base64,").raw(data).raw("\"></figure>\n");
    }

    private static void table(Html html, JsonNode part) {
        html.raw("<div class=\"scroll\"><table>\n").element("caption", part.path("table").asText()).raw("<thead><tr>");
        for (int c = 0; c < part.path("columns").size(); c++) {
            html.element(numeric(part.path("rows"), c) ? "th class=\"number\"" : "th", part.path("columns").path(c).asText());
        }
        html.raw("</tr></thead>\n<tbody>\n");
        for (JsonNode row : part.path("rows")) {
            html.raw("<tr>");
            for (int c = 0; c < row.size(); c++) html.element(numeric(part.path("rows"), c) ? "td class=\"number\"" : "td", row.path(c).asText());
            html.raw("</tr>\n");
        }
        html.raw("</tbody>\n</table></div>\n");
    }

    // A column of numbers stands to the right, with its heading.
    private static boolean numeric(JsonNode rows, int column) {
        for (JsonNode row : rows) {
            if (!row.path(column).asText().matches("[-+]?[0-9][0-9.,eE+-]*( ?(%|s|ms|x|×))?( ± .*)?|–")) return false;
        }
        return !rows.isEmpty();
    }

    private void numbers(Html html) {
        if (metrics.path("metrics").isEmpty()) return;
        html.raw("<details>").element("summary", "All " + metrics.path("metrics").size() + " numbers")
                .raw("<div class=\"scroll\"><table class=\"all\">\n<tbody>\n");
        metrics.path("metrics").properties().forEach(e -> html.raw("<tr>").element("td", e.getKey())
                .element("td class=\"number\"", number(e.getValue())).raw("</tr>\n"));
        html.raw("</tbody>\n</table></div></details>\n");
    }
}
