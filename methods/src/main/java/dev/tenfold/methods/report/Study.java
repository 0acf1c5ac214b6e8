package dev.tenfold.methods.report;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import dev.tenfold.tensor.io.AtomicFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

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
     * Writes pictures, {@code report.json} and {@code metrics.json} to {@code folder}. Everything is brought to the disk before an
     * earlier run's results are touched: when that fails, they stay as they were. Then the old metrics go first and the new ones come
     * last: whoever finds them finds all that belongs to them.
     */
    public void write(Path folder) throws IOException {
        Set<Path> outdated = pictures(folder);
        List<AtomicFile> files = new ArrayList<>();
        try {
            for (Part part : parts) {
                if (!(part instanceof Part.Picture picture)) continue;
                outdated.remove(folder.resolve(picture.fileName()));
                files.add(prepared(folder.resolve(picture.fileName()), PlotImage.png(picture.plot())));
            }
            files.add(prepared(folder.resolve(REPORT), StudyJson.pretty(StudyJson.report(this)).getBytes(StandardCharsets.UTF_8)));
            files.add(prepared(folder.resolve(METRICS), StudyJson.pretty(StudyJson.metrics(this)).getBytes(StandardCharsets.UTF_8)));
            Files.deleteIfExists(folder.resolve(METRICS));
            for (AtomicFile file : files) file.commit();
        } finally {
            for (AtomicFile file : files) file.close();
        }
        // An earlier run may have drawn what this one does not.
        for (Path picture : outdated) Files.deleteIfExists(picture);
    }

    private static AtomicFile prepared(Path target, byte[] bytes) throws IOException {
        AtomicFile file = AtomicFile.create(target);
        try {
            file.write(ByteBuffer.wrap(bytes));
            file.sync();
            return file;
        } catch (IOException e) {
            file.close();
            throw e;
        }
    }

    /** The pictures of the run whose report lies in {@code folder}. */
    private static Set<Path> pictures(Path folder) throws IOException {
        Set<Path> pictures = new LinkedHashSet<>();
        if (!Files.exists(folder.resolve(REPORT))) return pictures;
        try {
            for (JsonNode part : StudyJson.read(folder.resolve(REPORT)).path("parts")) {
                String file = part.path("file").asText("");
                if (file.matches("[A-Za-z0-9_-]+\\.png")) pictures.add(folder.resolve(file));
            }
        } catch (JsonProcessingException e) {
            // an altered report is about to be replaced as a whole
        }
        return pictures;
    }
}
