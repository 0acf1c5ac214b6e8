package dev.tenfold.methods.cli;

import dev.tenfold.kernels.Host;
import dev.tenfold.methods.Method;
import dev.tenfold.methods.Run;
import dev.tenfold.methods.report.Claim;
import dev.tenfold.methods.report.Part;
import dev.tenfold.methods.report.Plot;
import dev.tenfold.methods.report.PlotImage;
import dev.tenfold.methods.report.Study;
import dev.tenfold.methods.report.Table;
import dev.tenfold.tensor.Device;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** One run of one method. What it finds is held here until it has ended: a stopped or failed run leaves nothing that looks whole. */
final class MethodRun implements Run {
    private final Method method;
    private final RunSettings settings;
    private final Device device;
    private final Path folder;
    private final Screen screen;
    private final StopSignal stop;
    private final Deque<BarProgress> bars = new ArrayDeque<>();
    private final Map<String, Double> metrics = new LinkedHashMap<>();
    private final List<Claim> claims = new ArrayList<>();
    private final List<Part> parts = new ArrayList<>();
    private String dataDescription = "none";

    MethodRun(Method method, RunSettings settings, Device device, Path folder, Screen screen, StopSignal stop) {
        this.method = method;
        this.settings = settings;
        this.device = device;
        this.folder = folder;
        this.screen = screen;
        this.stop = stop;
    }

    /** Runs the method and gives what it found. */
    Study perform() throws IOException {
        PlotImage.requireFonts();
        long start = System.nanoTime();
        method.run(this);
        double seconds = (System.nanoTime() - start) * 1e-9;
        Study.Settings told = new Study.Settings(settings.scale().name().toLowerCase(Locale.ROOT), device.toString(), settings.seed(), settings.threads());
        return new Study(method.name(), method.title(), method.paper(), told, seconds, dataDescription, metrics, claims, parts,
                Instant.now(), Version.full(), Host.describe());
    }

    @Override
    public Scale scale() {
        return settings.scale();
    }

    @Override
    public long seed() {
        return settings.seed();
    }

    @Override
    public Optional<Path> data() {
        return Optional.ofNullable(settings.data());
    }

    @Override
    public Path folder() {
        return folder;
    }

    @Override
    public Progress progress(String what, long steps) {
        stop.check();
        return screen.terminal() ? new BarProgress(screen, what, steps, stop, bars) : new LineProgress(screen, what, steps, stop);
    }

    @Override
    public void describeData(String description) {
        dataDescription = description;
        screen.say("data: " + description);
    }

    @Override
    public void metric(String name, double value) {
        if (!name.matches("[a-z0-9_.]+")) throw new IllegalArgumentException("metric " + name + ": names are lower case with dots and underscores");
        if (metrics.putIfAbsent(name, value) != null) throw new IllegalArgumentException("metric " + name + " is given twice");
    }

    @Override
    public void claim(Claim claim) {
        if (claims.stream().anyMatch(c -> c.id().equals(claim.id()))) throw new IllegalArgumentException("claim " + claim.id() + " is made twice");
        claims.add(claim);
    }

    @Override
    public void section(String title) {
        stop.check();
        parts.add(new Part.Section(title));
        screen.say("-- " + title);
    }

    @Override
    public void text(String paragraph) {
        parts.add(new Part.Text(paragraph));
    }

    @Override
    public void table(Table table) {
        parts.add(table);
    }

    @Override
    public void plot(String file, Plot plot) {
        if (!file.matches("[A-Za-z0-9_-]+")) throw new IllegalArgumentException("plot " + file + ": a name of letters, digits, - and _ is needed");
        if (parts.stream().anyMatch(p -> p instanceof Part.Picture picture && picture.file().equals(file))) {
            throw new IllegalArgumentException("plot " + file + " is given twice");
        }
        parts.add(new Part.Picture(file, plot));
    }
}
