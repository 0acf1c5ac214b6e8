package dev.tenfold.methods.report;

/** A piece of a report, in the order in which the method gave it. */
public sealed interface Part permits Part.Section, Part.Text, Part.Picture, Table {
    /** A heading; what follows belongs under it. */
    record Section(String title) implements Part {
    }

    /** A paragraph of plain text. */
    record Text(String paragraph) implements Part {
    }

    /**
     * A plot, drawn to {@code FILE.png}.
     *
     * @param file the name without its ending
     */
    record Picture(String file, Plot plot) implements Part {
        /** The name of the file. */
        public String fileName() {
            return file + ".png";
        }
    }
}
