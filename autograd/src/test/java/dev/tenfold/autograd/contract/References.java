package dev.tenfold.autograd.contract;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** The float64 references, by operation and label of the sample. */
final class References {
    /** What a sample computes, on float64 and with plain loops. The inputs are as the sample declares them. */
    interface Reference {
        Array of(List<Array> inputs);
    }

    private final Map<String, Reference> known = new LinkedHashMap<>();
    private final Set<String> unused = new TreeSet<>();

    private References() {
    }

    /** All of them. A new group of operations adds its class here. */
    static References all() {
        References references = new References();
        ElementwiseReferences.addTo(references);
        ViewReferences.addTo(references);
        ReductionReferences.addTo(references);
        IndexingReferences.addTo(references);
        OrderReferences.addTo(references);
        ProductReferences.addTo(references);
        AttentionReferences.addTo(references);
        EinsumReferences.addTo(references);
        ConvolutionReferences.addTo(references);
        NormalisationReferences.addTo(references);
        LinalgReferences.addTo(references);
        references.unused.addAll(references.known.keySet());
        return references;
    }

    /** The reference of every sample of {@code operation} that has none of its own. */
    void add(String operation, Reference reference) {
        put(operation, reference);
    }

    /** The reference of the sample {@code label} of {@code operation}. */
    void add(String operation, String label, Reference reference) {
        put(operation + "/" + label, reference);
    }

    private void put(String key, Reference reference) {
        if (known.put(key, reference) != null) throw new IllegalArgumentException("two references for " + key);
    }

    /** The reference for a sample. */
    Reference find(String operation, String label) {
        String key = known.containsKey(operation + "/" + label) ? operation + "/" + label : operation;
        Reference reference = known.get(key);
        if (reference == null) {
            throw new AssertionError("the sample \"" + label + "\" of " + operation + " has no float64 reference; add one to a class of References.all()");
        }
        unused.remove(key);
        return reference;
    }

    /** The references that no sample has asked for. */
    Set<String> unused() {
        return unused;
    }
}
