package dev.tenfold.methods.report;

import java.util.List;

/**
 * A table of text.
 *
 * @param caption one sentence
 * @param columns headings
 * @param rows    as many cells each as there are columns
 */
public record Table(String caption, List<String> columns, List<List<String>> rows) implements Part {
    public Table {
        for (List<String> row : rows) {
            if (row.size() != columns.size()) {
                throw new IllegalArgumentException("table \"" + caption + "\": a row of " + row.size() + " cells under " + columns.size() + " columns");
            }
        }
    }
}
