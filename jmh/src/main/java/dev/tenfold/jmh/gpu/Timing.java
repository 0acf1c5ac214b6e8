package dev.tenfold.jmh.gpu;

import java.util.List;
import java.util.stream.Stream;

/**
 * Seconds per call, one for each batch of calls; a list is empty where that was not measured.
 *
 * @param device   on the device, from an event before to an event behind a batch of calls that were enqueued one after the other
 * @param host     on the host, until a call is enqueued
 * @param graph    as {@code device}, of a graph of such calls
 * @param compiled as {@code device}, after PyTorch's compiler; never Tenfold's
 */
record Timing(List<Double> device, List<Double> host, List<Double> graph, List<Double> compiled) {
    static final Timing NONE = new Timing(List.of(), List.of(), List.of(), List.of());

    boolean isEmpty() {
        return device.isEmpty() && compiled.isEmpty();
    }

    /** Both one after the other. */
    Timing and(Timing more) {
        return new Timing(joined(device, more.device), joined(host, more.host), joined(graph, more.graph), joined(compiled, more.compiled));
    }

    private static List<Double> joined(List<Double> first, List<Double> second) {
        return Stream.concat(first.stream(), second.stream()).toList();
    }
}
