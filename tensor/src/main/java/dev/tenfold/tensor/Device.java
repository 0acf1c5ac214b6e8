package dev.tenfold.tensor;

/**
 * Where a tensor lives.
 *
 * @param kind  the kind of device
 * @param index its number among its kind
 */
public record Device(Kind kind, int index) {
    /** Kinds of devices. */
    public enum Kind { CPU }

    /** The host. */
    public static final Device CPU = new Device(Kind.CPU, 0);

    @Override
    public String toString() {
        return kind == Kind.CPU ? "cpu" : kind.name().toLowerCase(java.util.Locale.ROOT) + ":" + index;
    }
}
