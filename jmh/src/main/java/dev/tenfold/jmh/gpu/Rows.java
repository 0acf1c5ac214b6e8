package dev.tenfold.jmh.gpu;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** The rows of {@code jmh/gpu/rows.txt}, which PyTorch's side reads too. */
final class Rows {
    /** Which of a line's sizes are meant. */
    enum Sizes { FULL, SMALL }

    private static final String TABLE = "rows.txt";
    private static final int COLUMNS = 5;

    private Rows() {
    }

    /** All rows, in the table's order. */
    static List<Row> of(Sizes sizes) {
        try (InputStream stream = Rows.class.getResourceAsStream(TABLE)) {
            if (stream == null) throw new IllegalStateException("the table of rows, " + TABLE + ", is not in the class path");
            return read(new BufferedReader(new InputStreamReader(stream, StandardCharsets.UTF_8)).lines().toList(), sizes);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The rows that {@code words}, joined by commas, name: rows, kinds or groups, or {@code all}. */
    static List<Row> named(String words, Sizes sizes) {
        Set<String> wanted = new LinkedHashSet<>(Arrays.asList(words.split(",")));
        return of(sizes).stream().filter(row -> wanted.stream().anyMatch(row::answersTo)).toList();
    }

    /** The groups, in the table's order. */
    static Set<String> groups() {
        Set<String> groups = new LinkedHashSet<>();
        of(Sizes.FULL).forEach(row -> groups.add(row.group()));
        return groups;
    }

    static List<Row> read(List<String> lines, Sizes sizes) {
        List<Row> rows = new ArrayList<>();
        Set<String> names = new LinkedHashSet<>();
        for (String line : lines) {
            if (line.isBlank() || line.startsWith("#")) continue;
            String[] columns = line.strip().split("\\s+");
            if (columns.length != COLUMNS) throw new IllegalArgumentException(TABLE + ": a line needs group, kind, types, sizes and small sizes: " + line);
            for (String size : columns[sizes == Sizes.FULL ? 3 : 4].split(",")) {
                for (String type : columns[2].split(",")) {
                    Row row = new Row(columns[0], columns[1], type, Arrays.stream(size.split("x")).mapToLong(Long::parseLong).toArray());
                    if (names.add(row.name())) rows.add(row); // small sizes may be the same in several lines
                }
            }
        }
        return List.copyOf(rows);
    }
}
