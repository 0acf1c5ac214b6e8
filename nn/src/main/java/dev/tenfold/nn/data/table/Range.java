package dev.tenfold.nn.data.table;

/** Whole numbers from 0 as they are. */
record Range(int size) implements FieldEncoder {
    @Override
    public int ofNumber(double value) {
        return (int) value;
    }
}
