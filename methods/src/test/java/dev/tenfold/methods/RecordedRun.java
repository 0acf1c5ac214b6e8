package dev.tenfold.methods;

import dev.tenfold.methods.report.Claim;
import dev.tenfold.methods.report.Plot;
import dev.tenfold.methods.report.Table;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A run for tests: it remembers everything, and can stop after a number of steps as Ctrl-C would. */
public final class RecordedRun implements Run {
    public final Map<String, Double> metrics = new LinkedHashMap<>();
    public final List<Claim> claims = new ArrayList<>();
    public final List<Table> tables = new ArrayList<>();
    public final Map<String, Plot> plots = new LinkedHashMap<>();
    public final List<String> texts = new ArrayList<>();
    private final Path folder;
    private final long seed;
    private final Path data;
    public long stepsLeft = Long.MAX_VALUE;
    public String dataDescription;

    public RecordedRun(Path folder, long seed, Path data) {
        this.folder = folder;
        this.seed = seed;
        this.data = data;
    }

    public Claim claim(String id) {
        return claims.stream().filter(c -> c.id().equals(id)).findFirst().orElseThrow(() -> new AssertionError("no claim " + id + " in " + claims));
    }

    @Override
    public Scale scale() {
        return Scale.SMALL;
    }

    @Override
    public long seed() {
        return seed;
    }

    @Override
    public Optional<Path> data() {
        return Optional.ofNullable(data);
    }

    @Override
    public Path folder() {
        return folder;
    }

    @Override
    public Progress progress(String what, long steps) {
        return new Progress() {
            private long done;

            @Override
            public void step() {
                step("");
            }

            @Override
            public void step(String state) {
                if (++done > steps) throw new AssertionError(what + ": more than " + steps + " steps");
                if (--stepsLeft < 0) throw new Stopped();
            }

            @Override
            public void close() {
                // Nothing is shown.
            }
        };
    }

    @Override
    public void describeData(String description) {
        dataDescription = description;
    }

    @Override
    public void metric(String name, double value) {
        if (!name.matches("[a-z0-9_.]+")) throw new AssertionError("metric name " + name);
        if (metrics.put(name, value) != null) throw new AssertionError("metric " + name + " twice");
    }

    @Override
    public void claim(Claim claim) {
        claims.add(claim);
    }

    @Override
    public void section(String title) {
        texts.add(title);
    }

    @Override
    public void text(String paragraph) {
        texts.add(paragraph);
    }

    @Override
    public void table(Table table) {
        tables.add(table);
    }

    @Override
    public void plot(String file, Plot plot) {
        if (plots.put(file, plot) != null) throw new AssertionError("plot " + file + " twice");
    }
}
