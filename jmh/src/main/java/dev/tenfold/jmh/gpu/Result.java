package dev.tenfold.jmh.gpu;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * What became of one row on one side.
 *
 * @param note why there are no times, or none of a graph; null where there is nothing to say
 */
record Result(String name, State state, String note, Timing timing) {
    /** How far it came; {@code RUNNING} in a file means that the process ended in it. */
    enum State { MEASURED, SKIPPED, FAILED, RUNNING }

    static Result running(Row row) {
        return new Result(row.name(), State.RUNNING, null, Timing.NONE);
    }

    static Result measured(Row row, Timing timing, String note) {
        return new Result(row.name(), State.MEASURED, note, timing);
    }

    static Result skipped(Row row, String why) {
        return new Result(row.name(), State.SKIPPED, why, Timing.NONE);
    }

    static Result failed(Row row, String why) {
        return new Result(row.name(), State.FAILED, why, Timing.NONE);
    }

    /** As a result file of either side has it; what was running when the file was left has failed. */
    static Result read(JsonNode node) {
        State state = State.valueOf(node.path("state").asText().toUpperCase(Locale.ROOT));
        Timing timing = new Timing(samples(node, "samples_seconds"), samples(node, "host_samples_seconds"), samples(node, "graph_samples_seconds"),
                samples(node, "compiled_samples_seconds"));
        String note = node.path("note").asText(null);
        if (state == State.RUNNING) return new Result(node.path("name").asText(), State.FAILED, "the process ended while it was measured", timing);
        return new Result(node.path("name").asText(), state, note, timing);
    }

    private static List<Double> samples(JsonNode node, String name) {
        List<Double> samples = new ArrayList<>();
        node.path(name).forEach(s -> samples.add(s.asDouble()));
        return List.copyOf(samples);
    }

    /** Writes state, note and samples, each under a name that begins with {@code prefix}. */
    void write(ObjectNode node, String prefix) {
        node.put(prefix + "state", state.name().toLowerCase(Locale.ROOT));
        if (note != null) node.put(prefix + "note", note);
        put(node, prefix + "samples_seconds", timing.device());
        put(node, prefix + "host_samples_seconds", timing.host());
        put(node, prefix + "graph_samples_seconds", timing.graph());
        put(node, prefix + "compiled_samples_seconds", timing.compiled());
    }

    private static void put(ObjectNode node, String name, List<Double> samples) {
        if (samples.isEmpty()) return;
        ArrayNode array = node.putArray(name);
        samples.forEach(array::add);
    }

    /** Both runs of a row: times together; without times of one, the other's, and what there is to say of both. */
    Result and(Result later) {
        if (timing.isEmpty() == later.timing.isEmpty()) return new Result(name, later.state, later.note, timing.and(later.timing));
        Result empty = timing.isEmpty() ? this : later;
        Result full = timing.isEmpty() ? later : this;
        return new Result(name, full.state, empty.state == State.SKIPPED ? full.note : empty.note, full.timing);
    }
}
