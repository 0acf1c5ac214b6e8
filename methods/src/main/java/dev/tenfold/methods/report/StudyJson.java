package dev.tenfold.methods.report;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** The two JSON files of a study: {@code metrics.json}, a contract with other programs, and {@code report.json}, from which the page is made. */
final class StudyJson {
    private static final ObjectMapper MAPPER = new ObjectMapper();

    private StudyJson() {
    }

    /** The contract: these keys in this order. What is not a finite number is null. */
    static ObjectNode metrics(Study study) {
        ObjectNode root = object();
        root.put("method", study.method());
        root.put("paper", study.paper());
        root.put("scale", study.settings().scale());
        root.put("device", study.settings().device());
        root.put("seed", study.settings().seed());
        root.put("threads", study.settings().threads());
        root.put("wall_seconds", study.wallSeconds());
        root.put("data", study.data());
        ObjectNode metrics = root.putObject("metrics");
        study.metrics().forEach((name, value) -> number(metrics, name, value));
        ArrayNode claims = root.putArray("claims");
        for (Claim claim : study.claims()) {
            ObjectNode node = claims.addObject();
            node.put("id", claim.id());
            node.put("statement", claim.statement());
            number(node, "paper_value", claim.paperValue());
            number(node, "measured", claim.measured());
            number(node, "baseline", claim.baseline());
            node.put("holds", claim.holds());
        }
        return root;
    }

    /** What the page shows beyond the metrics. */
    static ObjectNode report(Study study) {
        ObjectNode root = object();
        root.put("title", study.title());
        root.put("finished", study.finished().toString());
        root.put("tenfold", study.tenfold());
        root.put("machine", study.machine());
        ArrayNode parts = root.putArray("parts");
        for (Part part : study.parts()) {
            ObjectNode node = parts.addObject();
            switch (part) {
                case Part.Section section -> node.put("section", section.title());
                case Part.Text text -> node.put("text", text.paragraph());
                case Part.Picture picture -> node.put("file", picture.fileName()).put("plot", picture.plot().title());
                case Table table -> {
                    node.put("table", table.caption());
                    strings(node.putArray("columns"), table.columns());
                    ArrayNode rows = node.putArray("rows");
                    for (List<String> row : table.rows()) strings(rows.addArray(), row);
                }
            }
        }
        return root;
    }

    static String pretty(JsonNode node) {
        try {
            return MAPPER.writerWithDefaultPrettyPrinter().writeValueAsString(node) + "\n";
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a tree of plain values has no JSON", e);
        }
    }

    /** @throws JsonProcessingException when the file is not JSON */
    static JsonNode read(Path file) throws IOException {
        return MAPPER.readTree(Files.readString(file));
    }

    private static ObjectNode object() {
        return JsonNodeFactory.instance.objectNode();
    }

    private static void number(ObjectNode node, String name, double value) {
        if (Double.isFinite(value)) node.put(name, value);
        else node.putNull(name);
    }

    private static void strings(ArrayNode array, List<String> values) {
        values.forEach(array::add);
    }
}
