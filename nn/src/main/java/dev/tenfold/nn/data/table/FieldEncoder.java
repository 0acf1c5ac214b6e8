package dev.tenfold.nn.data.table;

/** Turns the values of one field into numbers 0 to {@code size() - 1}. */
sealed interface FieldEncoder permits Vocabulary, Hashing, Binning, Range {
    /** How many numbers there are. */
    int size();

    /** The number of a text in UTF-8, where the field has texts. */
    default int ofText(byte[] bytes, int from, int to) {
        throw new IllegalStateException(getClass().getSimpleName() + " encodes numbers");
    }

    /** The number of a number, NaN for a missing one, where the field has numbers. */
    default int ofNumber(double value) {
        throw new IllegalStateException(getClass().getSimpleName() + " encodes texts");
    }
}
