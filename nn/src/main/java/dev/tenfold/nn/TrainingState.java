package dev.tenfold.nn;

import dev.tenfold.nn.data.Batch.Position;
import dev.tenfold.nn.optim.Optimiser;
import dev.tenfold.tensor.Generator;
import dev.tenfold.tensor.NoGrad;
import dev.tenfold.tensor.Scope;
import dev.tenfold.tensor.Tensor;
import dev.tenfold.tensor.io.FormatException;
import dev.tenfold.tensor.io.SafeTensors;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Saves a training in one .safetensors file and continues it with the same bits: parameters, buffers and random generators of the modules,
 * state, step count and learning rate of the optimisers, other parts such as averaged weights, states of other random generators, the place
 * in the data and whatever text the caller adds.
 *
 * <pre>{@code
 * TrainingState state = new TrainingState().module("net", net).optimiser("sgd", sgd);
 * state.save(file, new TrainingState.Progress(loader.position(), Map.of("noise", noise.state()), Map.of()));
 * // later, with objects made anew as the first time
 * TrainingState.Progress progress = state.restore(file);
 * loader.seek(progress.position());
 * noise = new Generator(progress.generators().get("noise"));
 * }</pre>
 *
 * The file is written whole or not at all, and has a checksum over all its content. Settings that the program makes, such as the
 * schedule, the mode of modules and frozen parameters, are not in it.
 */
public final class TrainingState {
    /**
     * What is saved beside modules and optimisers.
     *
     * @param position   of the next batch
     * @param generators by name; those of modules are saved with their modules
     * @param metadata   the caller's own text
     */
    public record Progress(Position position, Map<String, Generator.State> generators, Map<String, String> metadata) {
        /** Copies the maps. */
        public Progress {
            generators = Map.copyOf(generators);
            metadata = Map.copyOf(metadata);
        }
    }

    private static final String FORMAT = "tenfold.format";
    private static final String FORMAT_VALUE = "training state 1";
    private static final String CHECKSUM = "tenfold.crc32c";
    private static final String POSITION = "tenfold.position";
    private static final String MODULE = "tenfold.module.";
    private static final String MODULE_GENERATOR = "tenfold.module_generator.";
    private static final String OPTIMISER = "tenfold.optimiser.";
    private static final String STEPS = "tenfold.steps.";
    private static final String RATE = "tenfold.learning_rate.";
    private static final String PART = "tenfold.part.";
    private static final String GENERATOR = "tenfold.generator.";
    private static final String USER = "user.";

    private final Map<String, Module> modules = new TreeMap<>();
    private final Map<String, Optimiser> optimisers = new TreeMap<>();
    private final Map<String, Stateful> parts = new TreeMap<>();

    /** Adds a module under a name without dots. Returns this. */
    public TrainingState module(String name, Module module) {
        if (modules.put(checkedName(name), module) != null) throw new IllegalArgumentException("TrainingState: there is a module \"" + name + "\" already");
        return this;
    }

    /** Adds an optimiser under a name without dots. Returns this. */
    public TrainingState optimiser(String name, Optimiser optimiser) {
        if (optimisers.put(checkedName(name), optimiser) != null) throw new IllegalArgumentException("TrainingState: there is an optimiser \"" + name + "\" already");
        return this;
    }

    /** Adds something else that has a state, under a name without dots. Returns this. */
    public TrainingState part(String name, Stateful part) {
        if (parts.put(checkedName(name), part) != null) throw new IllegalArgumentException("TrainingState: there is a part \"" + name + "\" already");
        return this;
    }

    private static String checkedName(String name) {
        if (name.isEmpty() || name.contains(".")) throw new IllegalArgumentException("TrainingState: the name \"" + name + "\" is empty or has a dot");
        return name;
    }

    // ---- saving ----

    /** Writes everything to {@code file}, whole or not at all. */
    public void save(Path file, Progress progress) throws IOException {
        Map<String, Tensor> tensors = new TreeMap<>();
        Map<String, String> texts = new TreeMap<>();
        texts.put(FORMAT, FORMAT_VALUE);
        texts.put(POSITION, progress.position.epoch() + " " + progress.position.batch());
        modules.forEach((name, module) -> {
            texts.put(MODULE + name, module.parameterCount() + " parameters");
            module.state().forEach((key, t) -> tensors.put("module." + name + "." + key, t));
            module.namedGenerators().forEach((key, g) -> texts.put(MODULE_GENERATOR + name + "." + key, text(g.state())));
        });
        optimisers.forEach((name, optimiser) -> {
            texts.put(OPTIMISER + name, optimiser.toString());
            texts.put(STEPS + name, Long.toString(optimiser.steps()));
            texts.put(RATE + name, Double.toString(optimiser.learningRate()));
            optimiser.state().forEach((key, t) -> tensors.put("optimiser." + name + "." + key, t));
        });
        progress.generators.forEach((name, s) -> texts.put(GENERATOR + name, text(s)));
        progress.metadata.forEach((key, value) -> texts.put(USER + key, value));
        try (Scope scope = Scope.open(); NoGrad region = NoGrad.open()) {
            parts.forEach((name, part) -> {
                texts.put(PART + name, part.toString());
                part.state().forEach((key, t) -> tensors.put("part." + name + "." + key, t));
            });
            tensors.replaceAll((name, t) -> t.contiguous());
            texts.put(CHECKSUM, Checksum.of(tensors, texts));
            SafeTensors.write(file, tensors, texts);
        }
    }

    private static String text(Generator.State state) {
        return state.seed() + " " + state.subsequence() + " " + state.position();
    }

    // ---- restoring ----

    /**
     * Brings the modules and optimisers to the state in {@code file} and returns the rest of it.
     *
     * @throws FormatException          when the file is no whole and unaltered training state
     * @throws IllegalArgumentException when it is one of other modules or optimisers: the message names what differs, and nothing is changed
     */
    public Progress restore(Path file) throws IOException {
        try (Scope scope = Scope.open()) {
            SafeTensors.Content content = SafeTensors.read(file);
            Map<String, String> texts = new TreeMap<>(content.metadata());
            String format = texts.get(FORMAT);
            if (format == null) throw new FormatException(file, 8, "this is a .safetensors file, but no training state of Tenfold");
            if (!format.equals(FORMAT_VALUE)) throw new FormatException(file, 8, "the format is \"" + format + "\"; \"" + FORMAT_VALUE + "\" is read");
            String checksum = texts.remove(CHECKSUM);
            if (!Checksum.of(content.tensors(), texts).equals(checksum)) {
                throw new FormatException(file, 8, "the checksum does not agree with the content: the file was altered");
            }
            Progress progress = parse(file, texts);
            try {
                checkFits(content.tensors(), texts);
            } catch (IllegalArgumentException e) {
                throw new IllegalArgumentException(file + " is the state of another training: " + e.getMessage(), e);
            }
            apply(file, content.tensors(), texts);
            return progress;
        }
    }

    private static Progress parse(Path file, Map<String, String> texts) throws FormatException {
        long[] position = numbers(file, texts, POSITION, 2);
        Map<String, Generator.State> generators = new LinkedHashMap<>();
        for (String name : part(texts, GENERATOR).keySet()) generators.put(name, generatorState(file, texts, GENERATOR + name));
        return new Progress(new Position(position[0], (int) position[1]), generators, part(texts, USER));
    }

    private static Generator.State generatorState(Path file, Map<String, String> texts, String key) throws FormatException {
        long[] state = numbers(file, texts, key, 3);
        return new Generator.State(state[0], state[1], state[2]);
    }

    private static long[] numbers(Path file, Map<String, String> texts, String key, int count) throws FormatException {
        String[] words = texts.getOrDefault(key, "").split(" ");
        long[] numbers = new long[count];
        try {
            if (words.length != count) throw new NumberFormatException();
            for (int i = 0; i < count; i++) numbers[i] = Long.parseLong(words[i]);
        } catch (NumberFormatException e) {
            throw new FormatException(file, 8, "the metadata \"" + key + "\" must be " + count + " whole numbers, it is \"" + texts.get(key) + "\"");
        }
        return numbers;
    }

    /** The entries whose names begin with {@code prefix}, without it. */
    private static <V> Map<String, V> part(Map<String, V> all, String prefix) {
        Map<String, V> part = new TreeMap<>();
        all.forEach((name, value) -> {
            if (name.startsWith(prefix)) part.put(name.substring(prefix.length()), value);
        });
        return part;
    }

    private void checkFits(Map<String, Tensor> tensors, Map<String, String> texts) {
        requireSameNames("modules", modules.keySet(), part(texts, MODULE).keySet());
        requireSameNames("optimisers", optimisers.keySet(), part(texts, OPTIMISER).keySet());
        requireSameNames("parts", parts.keySet(), part(texts, PART).keySet());
        parts.forEach((name, part) -> {
            if (!part.toString().equals(texts.get(PART + name))) {
                throw new IllegalArgumentException("its part \"" + name + "\" is " + texts.get(PART + name) + ", here it is " + part);
            }
        });
        optimisers.forEach((name, optimiser) -> {
            if (!optimiser.toString().equals(texts.get(OPTIMISER + name))) {
                throw new IllegalArgumentException("its optimiser \"" + name + "\" is " + texts.get(OPTIMISER + name) + ", here it is " + optimiser);
            }
        });
        modules.forEach((name, module) -> {
            requireSameNames("random generators in module \"" + name + "\"", module.namedGenerators().keySet(), part(texts, MODULE_GENERATOR + name + ".").keySet());
            module.checkFits(part(tensors, "module." + name + "."));
        });
        optimisers.forEach((name, optimiser) -> optimiser.checkFits(part(tensors, "optimiser." + name + ".")));
        parts.forEach((name, part) -> part.checkFits(part(tensors, "part." + name + ".")));
    }

    private static void requireSameNames(String what, Iterable<String> here, Iterable<String> there) {
        TreeSet<String> ours = new TreeSet<>();
        TreeSet<String> theirs = new TreeSet<>();
        here.forEach(ours::add);
        there.forEach(theirs::add);
        if (!ours.equals(theirs)) throw new IllegalArgumentException("it has the " + what + " " + theirs + ", here are " + ours);
    }

    private void apply(Path file, Map<String, Tensor> tensors, Map<String, String> texts) throws FormatException {
        Map<String, Long> steps = new LinkedHashMap<>();
        Map<String, Double> rates = new LinkedHashMap<>();
        for (String name : optimisers.keySet()) {
            steps.put(name, numbers(file, texts, STEPS + name, 1)[0]);
            try {
                rates.put(name, Double.parseDouble(texts.getOrDefault(RATE + name, "")));
            } catch (NumberFormatException e) {
                throw new FormatException(file, 8, "the metadata \"" + RATE + name + "\" is no number");
            }
        }
        Map<Generator, Generator.State> generators = new LinkedHashMap<>();
        for (String name : modules.keySet()) {
            for (Map.Entry<String, Generator> own : modules.get(name).namedGenerators().entrySet()) {
                generators.put(own.getValue(), generatorState(file, texts, MODULE_GENERATOR + name + "." + own.getKey()));
            }
        }
        modules.forEach((name, module) -> module.load(part(tensors, "module." + name + ".")));
        generators.forEach(Generator::restore);
        parts.forEach((name, part) -> part.load(part(tensors, "part." + name + ".")));
        optimisers.forEach((name, optimiser) -> {
            optimiser.load(part(tensors, "optimiser." + name + "."));
            optimiser.setSteps(steps.get(name));
            optimiser.setLearningRate(rates.get(name));
        });
    }
}
