package dev.tenfold.methods.data;

import dev.tenfold.methods.DataException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** The files of a folder whose names are those of image data: of what form each is and what part it plays. */
final class DataFiles {
    /** Forms of image data. */
    enum Format { IDX, CIFAR, DIGITS }

    /** What a file's name says that it is for; WHOLE when it says nothing. */
    enum Role { TRAIN, TEST, VALIDATION, WHOLE }

    // plain: the name in lower case without .gz
    private record Entry(Path path, String plain, Format format, Role role, boolean labels) {
    }

    private static final Pattern IDX = Pattern.compile(".*(images|labels)[-.]idx[13]-ubyte");
    private static final Pattern CIFAR = Pattern.compile(".*\\.bin");
    private static final Pattern DIGITS = Pattern.compile(".*optdigits.*\\.(tra|tes|csv)");
    private static final Pattern BATCH = Pattern.compile("data_batch_(\\d+)\\.bin");
    private static final Pattern TEST = Pattern.compile("t10k.*|.*test.*|.*\\.tes(\\.csv)?");
    private static final Pattern TRAIN = Pattern.compile(".*train.*|data_batch_.*|.*\\.tra(\\.csv)?");
    private static final Pattern VALIDATION = Pattern.compile("(.*[^a-z])?val(id|idation)?([^a-z].*)?");

    private final Path folder;
    private final List<Entry> entries;

    private DataFiles(Path folder, List<Entry> entries) {
        this.folder = folder;
        this.entries = entries;
    }

    static DataFiles list(Path folder) throws IOException {
        List<Path> paths;
        try (Stream<Path> list = Files.list(folder)) {
            paths = list.filter(Files::isRegularFile).sorted(Comparator.comparing((Path p) -> p.getFileName().toString().length()).thenComparing(p -> p)).toList();
        }
        List<Entry> entries = new ArrayList<>();
        Set<String> seen = new HashSet<>(); // of a file and its .gz, the shorter name comes first and is taken
        for (Path path : paths) {
            String plain = path.getFileName().toString().toLowerCase(Locale.ROOT).replaceAll("\\.gz$", "");
            Format format = IDX.matcher(plain).matches() ? Format.IDX : CIFAR.matcher(plain).matches() ? Format.CIFAR
                    : DIGITS.matcher(plain).matches() ? Format.DIGITS : null;
            if (format == null || plain.startsWith(".") || !seen.add(plain)) continue;
            entries.add(new Entry(path, plain, format, roleOf(plain), plain.contains("labels")));
        }
        return new DataFiles(folder, entries);
    }

    /** The role that a name in lower case without {@code .gz} says. */
    static Role roleOf(String plain) {
        return TRAIN.matcher(plain).matches() ? Role.TRAIN : TEST.matcher(plain).matches() ? Role.TEST
                : VALIDATION.matcher(plain).matches() ? Role.VALIDATION : Role.WHOLE;
    }

    /** The forms found, each once. */
    List<Format> formats() {
        return entries.stream().map(Entry::format).distinct().toList();
    }

    /** The names of the files found. */
    List<String> names() {
        return entries.stream().map(e -> e.path.getFileName().toString()).sorted().toList();
    }

    boolean has(Role role) {
        return entries.stream().anyMatch(e -> e.role == role);
    }

    boolean hasSeveralRoles() {
        return entries.stream().map(Entry::role).distinct().count() > 1;
    }

    /** One file of digits for training and no other: the part of the UCI set that is often found alone. */
    boolean isLoneDigits() {
        return entries.size() == 1 && entries.getFirst().format == Format.DIGITS;
    }

    /** The only file (of IDX: of images) of a role. */
    Path one(Format format, Role role) {
        return only(role, false, format == Format.IDX ? "images" : "data");
    }

    /** The only IDX file of labels of a role. */
    Path labelsOf(Role role) {
        return only(role, true, "labels");
    }

    private Path only(Role role, boolean labels, String what) {
        List<Entry> found = entries.stream().filter(e -> e.role == role && e.labels == labels).toList();
        String file = role == Role.WHOLE ? what : role.name().toLowerCase(Locale.ROOT) + " " + what;
        if (found.isEmpty()) throw new DataException(folder + " has " + String.join(", ", names()) + " but no file with the " + file + "; add it");
        if (found.size() > 1) {
            throw new DataException(folder + " has several files for the " + file + ": " + found.get(0).path.getFileName() + ", " + found.get(1).path.getFileName()
                    + "; keep one data set in a folder");
        }
        return found.getFirst().path;
    }

    /** The CIFAR files of a role: data_batch_1 to the last without a gap, or a single other one. */
    List<Path> parts(Role role) {
        List<Entry> batches = entries.stream().filter(e -> e.role == role && BATCH.matcher(e.plain).matches()).sorted(Comparator.comparing(DataFiles::number)).toList();
        if (batches.isEmpty()) return List.of(one(Format.CIFAR, role));
        for (int i = 0; i < batches.size(); i++) {
            if (number(batches.get(i)) != i + 1) throw new DataException(folder + ": data_batch_" + (i + 1) + ".bin is missing, " + batches.getLast().path.getFileName() + " is there");
        }
        if (entries.stream().filter(e -> e.role == role).count() > batches.size()) {
            throw new DataException(folder + " has training files beside data_batch_1.bin: " + String.join(", ", names()) + "; keep one data set in a folder");
        }
        return batches.stream().map(Entry::path).toList();
    }

    private static int number(Entry entry) {
        Matcher m = BATCH.matcher(entry.plain);
        return m.matches() && m.group(1).length() < 6 ? Integer.parseInt(m.group(1)) : 0;
    }
}
