package dev.tenfold.jmh;

import java.nio.file.Path;

/**
 * What one call of {@code tenfold bench} asks for on the host; devices have options of their own.
 *
 * @param name    a benchmark of {@link Catalogue}, or {@code all}
 * @param peers   whether PyTorch is measured beside, in the same run with the same threads
 * @param threads worker threads of either side
 * @param quick   one short fork each, for a first look
 * @param out     where the JSON goes, or null for none
 */
public record BenchOptions(String name, String device, boolean peers, int threads, boolean quick, Path out) {
    public static final String USAGE =
            "tenfold bench [NAME|all] [--device cpu|cuda] [--peers] [--threads N] [--quick] [--out [FILE.json]]";

    /**
     * Reads the command line. {@code --out} without a file means {@code jmh/results/DEVICE/NAME.json}.
     *
     * @throws IllegalArgumentException with a sentence for the user when an argument is not understood
     */
    public static BenchOptions parse(String... args) {
        String name = null;
        String device = "cpu";
        boolean peers = false;
        boolean quick = false;
        int threads = Runtime.getRuntime().availableProcessors();
        String out = null;
        for (int i = 0; i < args.length; i++) {
            String arg = args[i];
            int equals = arg.startsWith("--") ? arg.indexOf('=') : -1;
            String attached = equals < 0 ? null : arg.substring(equals + 1);
            String next = attached != null ? attached
                    : i + 1 < args.length && !args[i + 1].startsWith("--") ? args[i + 1] : null;
            boolean takesNext = attached == null && next != null;
            switch (equals < 0 ? arg : arg.substring(0, equals)) {
                case "--peers" -> peers = flag(arg, attached);
                case "--quick" -> quick = flag(arg, attached);
                case "--device" -> {
                    device = device(next);
                    if (takesNext) i++;
                }
                case "--threads" -> {
                    threads = threads(next);
                    if (takesNext) i++;
                }
                case "--out" -> {
                    out = next == null ? "" : next;
                    if (takesNext) i++;
                }
                default -> {
                    if (arg.startsWith("-")) throw wrong("unknown option " + arg);
                    if (name != null) throw wrong("two benchmarks are named, " + name + " and " + arg + "; name one, or all");
                    name = arg;
                }
            }
        }
        if (name == null) name = "all";
        if (!name.equals("all") && !Catalogue.names().contains(name)) {
            throw wrong("no benchmark is called " + name + "; there are " + String.join(", ", Catalogue.names()) + " and all");
        }
        Path file = out == null ? null : out.isEmpty() ? Path.of("jmh", "results", device, name + ".json") : Path.of(out);
        return new BenchOptions(name, device, peers, threads, quick, file);
    }

    private static boolean flag(String arg, String attached) {
        if (attached != null) throw wrong(arg + ": this option takes no value");
        return true;
    }

    private static String device(String value) {
        if (value == null) throw wrong("--device needs a value: cpu, cuda or cuda:N");
        if (!value.equals("cpu") && !value.equals("auto")) {
            throw wrong("--device " + value + ": there are cpu, cuda and cuda:N with the device's number, such as cuda:0");
        }
        return "cpu";
    }

    private static int threads(String value) {
        try {
            int n = Integer.parseInt(String.valueOf(value));
            if (n >= 1 && n <= 1024) return n;
        } catch (NumberFormatException e) {
            // falls through to the sentence below
        }
        throw wrong("--threads needs a number from 1 to 1024" + (value == null ? "" : ", not " + value));
    }

    private static IllegalArgumentException wrong(String what) {
        return new IllegalArgumentException("bench: " + what + ".\nUsage: " + USAGE);
    }
}
