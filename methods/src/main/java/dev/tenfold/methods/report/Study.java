package dev.tenfold.methods.report;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import dev.tenfold.tensor.io.AtomicFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/**
 * All that one run of a method found.
 *
 * @param method      the word that the user typed
 * @param data        what data was used
 * @param metrics     numbers by name, in the method's order
 * @param parts       the body of the report
 * @param finished    when the run ended
 * @param tenfold     version and commit
 * @param machine     what it ran on
 */
public record Study(String method, String title, String paper, Settings settings, double wallSeconds, String data,
                    Map<String, Double> metrics, List<Claim> claims, List<Part> parts, Instant finished, String tenfold, String machine) {
    static final String METRICS = "metrics.json";
    static final String REPORT = "report.json";

    /** What the user chose. */
    public record Settings(String scale, String device, long seed, int threads) {
    }

    /**
     * Writes pictures, {@code report.json} and {@code metrics.json} to {@code folder}. The metrics go first and come last:
     * whoever finds them finds all that belongs to them.
     */
    public void write(Path folder) throws IOException {
        Files.deleteIfExists(folder.resolve(METRICS));
        deleteOldPictures(folder);
        for (Part part : parts) {
            if (part instanceof Part.Picture picture) {
                AtomicFile.writeBytes(folder.resolve(picture.fileName()), PlotImage.png(picture.plot()));
            }
        }
        AtomicFile.writeString(folder.resolve(REPORT), StudyJson.pretty(StudyJson.report(this)));
        AtomicFile.writeString(folder.resolve(METRICS), StudyJson.pretty(StudyJson.metrics(this)));
    }

    // An earlier run may have drawn what this one does not.
    private static void deleteOldPictures(Path folder) throws IOException {
        if (!Files.exists(folder.resolve(REPORT))) return;
        try {
            for (JsonNode part : StudyJson.read(folder.resolve(REPORT)).path("parts")) {
                String file = part.path("file").asText("");
                if (file.matches("[A-Za-z0-9_-]+\\.png")) Files.deleteIfExists(folder.resolve(file));
            }
        } catch (JsonProcessingException e) {
            // an altered report is about to be replaced as a whole
        }
    }
}
