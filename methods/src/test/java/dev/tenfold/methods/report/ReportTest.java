package dev.tenfold.methods.report;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a study leaves on the disk. */
class ReportTest {
    @TempDir
    Path out;

    private static Study study(String name, Part... parts) {
        Map<String, Double> metrics = new LinkedHashMap<>();
        metrics.put("z.last", 0.1);
        metrics.put("a.first", Double.NaN);
        return new Study(name, "Title <" + name + ">", "A & B, \"Paper\"", new Study.Settings("small", "cpu", 7, 2), 61.5, "made <here>", metrics,
                List.of(new Claim("c", "x < y & 'z'", Double.NaN, 0.5, Double.POSITIVE_INFINITY, true)), List.of(parts),
                Instant.parse("2026-01-02T03:04:05.678Z"), "0.1", "a machine");
    }

    private Path write(Study study) throws IOException {
        Path folder = Files.createDirectories(out.resolve(study.method()));
        study.write(folder);
        return folder;
    }

    @Test
    void metricsKeepTheContract() throws IOException {
        JsonNode root = new ObjectMapper().readTree(write(study("one")).resolve("metrics.json").toFile());
        assertEquals(List.of("method", "paper", "scale", "device", "seed", "threads", "wall_seconds", "data", "metrics", "claims"), names(root));
        assertEquals("{\"z.last\":0.1,\"a.first\":null}", root.get("metrics").toString());
        assertEquals("[{\"id\":\"c\",\"statement\":\"x < y & 'z'\",\"paper_value\":null,\"measured\":0.5,\"baseline\":null,\"holds\":true}]",
                root.get("claims").toString());
        assertEquals(61.5, root.get("wall_seconds").asDouble());
        assertEquals(7, root.get("seed").asLong());
    }

    private static List<String> names(JsonNode node) {
        List<String> names = new ArrayList<>();
        node.fieldNames().forEachRemaining(names::add);
        return names;
    }

    @Test
    void thePageShowsEveryMethodInOrderAndEscapesWhatItShows() throws IOException {
        write(study("b-method", new Part.Section("S<1>"), new Part.Text("<script>alert(1)</script>"),
                new Table("cap & tion", List.of("<h>"), List.of(List.of("<cell>")))));
        write(study("a-method"));
        write(study("listed", new Part.Picture("p", plot("t\"<x>", false, false))));
        Files.createDirectories(out.resolve("unfinished"));
        String page = Files.readString(ReportPage.write(out, List.of("listed")));
        assertTrue(page.indexOf("id=\"listed\"") < page.indexOf("id=\"a-method\""));
        assertTrue(page.indexOf("id=\"a-method\"") < page.indexOf("id=\"b-method\""));
        assertTrue(page.contains("&lt;script&gt;alert(1)&lt;/script&gt;") && !page.contains("<script"), page);
        for (String text : List.of("x &lt; y &amp; &#39;z&#39;", "Title &lt;a-method&gt;", "S&lt;1&gt;", "cap &amp; tion", "&lt;cell&gt;",
                "made &lt;here&gt;", "A &amp; B, &quot;Paper&quot;", "t&quot;&lt;x&gt;", "1 min 2 s", "2026-01-02 03:04:05 UTC")) {
            assertTrue(page.contains(text), text);
        }
        assertFalse(page.matches("(?s).*(src|href)=\"(https?:|//|/).*"), "the page must work offline");
        assertTrue(page.contains("data:image/png;base64,iVBOR"));
    }

    @Test
    void anAlteredFileIsNamed() throws IOException {
        Path folder = write(study("one"));
        Files.writeString(folder.resolve("metrics.json"), "{\"method\": ");
        IOException failure = assertThrows(IOException.class, () -> ReportPage.write(out, List.of()));
        assertTrue(failure.getMessage().contains("metrics.json is not JSON any more"), failure.getMessage());
    }

    @Test
    void aSecondRunDropsThePicturesThatItDoesNotDraw() throws IOException {
        write(study("one", new Part.Picture("old", plot("old", false, false)), new Part.Picture("both", plot("both", false, false))));
        Path folder = write(study("one", new Part.Picture("both", plot("both", false, false))));
        assertFalse(Files.exists(folder.resolve("old.png")));
        assertTrue(Files.exists(folder.resolve("both.png")));
    }

    @Test
    void resultsThatCannotBeWrittenLeaveTheEarlierOnesAsTheyWere() throws IOException {
        Path folder = write(study("one", new Part.Picture("old", plot("old", false, false))));
        byte[] metrics = Files.readAllBytes(folder.resolve("metrics.json"));
        byte[] picture = Files.readAllBytes(folder.resolve("old.png"));
        Files.createDirectory(folder.resolve("taken.png"));
        Study later = study("one", new Part.Picture("old", plot("another", true, false)), new Part.Picture("taken", plot("taken", false, false)));
        assertThrows(IOException.class, () -> later.write(folder));
        assertArrayEquals(metrics, Files.readAllBytes(folder.resolve("metrics.json")));
        assertArrayEquals(picture, Files.readAllBytes(folder.resolve("old.png")));
        try (var files = Files.list(folder)) {
            assertEquals(List.of("metrics.json", "old.png", "report.json", "taken.png"), files.map(f -> f.getFileName().toString()).sorted().toList());
        }
    }

    private static Plot plot(String title, boolean logX, boolean logY) {
        return new Plot(title, "x", "y", logX, logY, List.of(
                Plot.Series.line("line", new double[] {-1, 0, 1, 10, 1000}, new double[] {5, Double.NaN, 0, 1e-8, Double.POSITIVE_INFINITY})));
    }

    @Test
    void plotsOfAllKindsDecode() throws IOException {
        List<Plot> plots = new ArrayList<>();
        for (boolean logX : new boolean[] {false, true}) for (boolean logY : new boolean[] {false, true}) plots.add(plot("t", logX, logY));
        double[] one = {3};
        plots.add(new Plot("nothing", "x", "y", true, true, List.of(Plot.Series.line("zero", one, new double[] {0}))));
        plots.add(new Plot("point", "x", "y", false, false, List.of(Plot.Series.line("one", one, one))));
        plots.add(new Plot("constant", "x", "y", true, true, List.of(Plot.Series.line("flat", new double[] {1, 2}, new double[] {7, 7}))));
        plots.add(new Plot("same name", "x", "y", false, false, List.of(Plot.Series.line("s", one, one), Plot.Series.line("s", one, one))));
        plots.add(new Plot("bars", "x", "y", false, false, List.of(new Plot.Series("b", new double[] {1, 2, 3}, new double[] {3, Double.NaN, -1}, Plot.Style.BARS),
                new Plot.Series("l", new double[] {2, 3, 4.5}, new double[] {1, 2, 3}, Plot.Style.LINE))));
        for (Plot plot : plots) {
            BufferedImage image = ImageIO.read(new java.io.ByteArrayInputStream(PlotImage.png(plot)));
            assertEquals(1520, image.getWidth(), plot.title());
            assertEquals(920, image.getHeight(), plot.title());
        }
    }
}
