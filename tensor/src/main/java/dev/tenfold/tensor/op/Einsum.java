package dev.tenfold.tensor.op;

import dev.tenfold.tensor.Linalg;
import dev.tenfold.tensor.Tensor;
import dev.tenfold.tensor.Tensors;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Einstein's summation: {@code "bij,bjk->bik"} names the dimensions of every tensor and of the result; the product of the tensors is
 * summed over the names that the result lacks. A name that comes twice in a term takes the diagonal; {@code ...} stands for leading or
 * inner dimensions that broadcast, aligned at their end. Without an arrow the result has the dimensions under {@code ...} and then, in
 * alphabetical order, the names that come once.
 *
 * <p>Tensors are multiplied from left to right, each pair as one matrix product (or one element-wise product where nothing is summed)
 * between views, so that the gradients are theirs.
 */
public final class Einsum {
    /** The names of the dimensions under an ellipsis, counted from the last: outside of the alphabet. */
    private static final char UNDER_ELLIPSIS = '\u0100';
    private static final String ELLIPSIS = "...";

    private final String equation;
    private final Tensor[] tensors;
    private final String[] terms;
    private final Map<Character, Long> sizes = new HashMap<>();
    private int hidden;

    /** A tensor with a name for each dimension. */
    private record Named(Tensor values, String names) {
        long product(String some) {
            long product = 1;
            for (int i = 0; i < some.length(); i++) product *= values.size(names.indexOf(some.charAt(i)));
            return product;
        }
    }

    private Einsum(String equation, Tensor[] tensors) {
        this.equation = equation;
        this.tensors = tensors;
        this.terms = equation.replace(" ", "").split("->", 2)[0].split(",", -1);
    }

    /**
     * The sum that {@code equation} describes; a view of the tensor where nothing is computed.
     *
     * @throws IllegalArgumentException when the equation is malformed, or does not fit the tensors' dimensions or sizes
     */
    public static Tensor of(String equation, Tensor... tensors) {
        return new Einsum(equation, tensors).compute();
    }

    private Tensor compute() {
        if (terms.length != tensors.length) throw wrong(terms.length + " terms for " + tensors.length + " tensors; there must be one each");
        Named[] named = new Named[tensors.length];
        for (int i = 0; i < terms.length; i++) named[i] = new Named(tensors[i], names(i));
        for (int i = 0; i < terms.length; i++) learnSizes(i, named[i].names);
        String output = output(named);
        for (int i = 0; i < terms.length; i++) named[i] = distinct(named[i]);
        Named result = named[0];
        for (int i = 1; i < named.length; i++) {
            StringBuilder keep = new StringBuilder(output);
            for (int later = i + 1; later < named.length; later++) keep.append(named[later].names);
            result = product(result, named[i], keep.toString());
        }
        return permuted(summed(result, output), output);
    }

    private IllegalArgumentException wrong(String what) {
        return new IllegalArgumentException("einsum \"" + equation + "\": " + what);
    }

    // ---- reading the equation ----

    /** A name for each dimension of tensor i. */
    private String names(int i) {
        String term = terms[i];
        int rank = tensors[i].rank();
        int dots = term.indexOf(ELLIPSIS);
        int letters = term.length() - (dots < 0 ? 0 : ELLIPSIS.length());
        if (dots < 0 ? letters != rank : letters > rank) {
            throw wrong("term " + i + ", \"" + term + "\", names " + letters + " dimensions, but its tensor is " + tensors[i].shape());
        }
        hidden = Math.max(hidden, rank - letters);
        return expanded(term, rank - letters);
    }

    /** The term with {@code count} names in the place of its ellipsis. */
    private String expanded(String term, int count) {
        int dots = term.indexOf(ELLIPSIS);
        String names = dots < 0 ? term : term.substring(0, dots) + term.substring(dots + ELLIPSIS.length());
        for (int k = 0; k < names.length(); k++) {
            char c = names.charAt(k);
            if ((c < 'a' || c > 'z') && (c < 'A' || c > 'Z')) {
                throw wrong("'" + c + "' in \"" + term + "\" names no dimension; write letters, at most one ... per term, commas between terms and one ->");
            }
        }
        if (dots < 0) return names;
        StringBuilder under = new StringBuilder();
        for (int d = count - 1; d >= 0; d--) under.append((char) (UNDER_ELLIPSIS + d));
        return names.substring(0, dots) + under + names.substring(dots);
    }

    private void learnSizes(int i, String names) {
        for (int d = 0; d < names.length(); d++) {
            char name = names.charAt(d);
            long size = tensors[i].size(d);
            Long known = sizes.putIfAbsent(name, size);
            if (known == null || known == size) continue;
            if (name < UNDER_ELLIPSIS) {
                throw wrong("'" + name + "' is " + known + " elsewhere, but " + size + " in dimension " + d + " of tensor " + i + ", " + tensors[i].shape());
            }
            if (known != 1 && size != 1) {
                throw wrong("the dimensions under ... do not broadcast: " + known + " against " + size + " in tensor " + i + ", " + tensors[i].shape());
            }
            if (known == 1) sizes.put(name, size);
        }
    }

    private String output(Named[] named) {
        String text = equation.replace(" ", "");
        int arrow = text.indexOf("->");
        if (arrow < 0) return implicitOutput(named);
        String output = expanded(text.substring(arrow + 2), hidden);
        for (int k = 0; k < output.length(); k++) {
            char name = output.charAt(k);
            if (output.indexOf(name, k + 1) >= 0) throw wrong("the result names '" + name + "' twice");
            if (!sizes.containsKey(name)) throw wrong("the result names '" + name + "', which no term has");
        }
        return output;
    }

    private String implicitOutput(Named[] named) {
        StringBuilder all = new StringBuilder();
        for (Named x : named) all.append(x.names);
        StringBuilder output = new StringBuilder(expanded(ELLIPSIS, hidden));
        for (char name = 'A'; name <= 'z'; name++) {
            int at = all.indexOf(String.valueOf(name));
            if (at >= 0 && all.indexOf(String.valueOf(name), at + 1) < 0) output.append(name);
        }
        return output.toString();
    }

    // ---- computing ----

    /** Every name once: diagonals for names that come again, and without the dimensions of size 1 that are to be broadcast. */
    private Named distinct(Named x) {
        Tensor values = x.values;
        StringBuilder names = new StringBuilder(x.names);
        for (int d = names.length() - 1; d >= 0; d--) {
            if (values.size(d) != 1 || sizes.get(names.charAt(d)) == 1) continue;
            values = values.squeeze(d);
            names.deleteCharAt(d);
        }
        for (int d = 0; d < names.length(); d++) {
            char name = names.charAt(d);
            int again = names.indexOf(String.valueOf(name), d + 1);
            if (again < 0) continue;
            names.deleteCharAt(again).deleteCharAt(d).append(name);
            values = Linalg.diagonal(values.permute(lastTwo(values.rank(), d, again)));
            d--;
        }
        return new Named(values, names.toString());
    }

    private static int[] lastTwo(int rank, int a, int b) {
        int[] order = new int[rank];
        int n = 0;
        for (int d = 0; d < rank; d++) if (d != a && d != b) order[n++] = d;
        order[n++] = a;
        order[n] = b;
        return order;
    }

    /** The product of two tensors, summed over the names that neither {@code keep} nor the other one has. */
    private static Named product(Named a, Named b, String keep) {
        Named x = summed(a, keep + b.names);
        Named y = summed(b, keep + a.names);
        StringBuilder batch = new StringBuilder();
        StringBuilder inner = new StringBuilder();
        StringBuilder left = new StringBuilder();
        StringBuilder right = new StringBuilder();
        for (char name : x.names.toCharArray()) {
            if (y.names.indexOf(name) < 0) left.append(name);
            else if (keep.indexOf(name) >= 0) batch.append(name);
            else inner.append(name);
        }
        for (char name : y.names.toCharArray()) if (x.names.indexOf(name) < 0) right.append(name);
        String outer = batch.toString() + left + right;
        if (inner.isEmpty()) {
            Tensor row = permuted(x, batch.toString() + left);
            Tensor column = permuted(y, batch.toString() + right);
            for (int i = 0; i < right.length(); i++) row = row.unsqueeze(-1);
            for (int i = 0; i < left.length(); i++) column = column.unsqueeze(batch.length());
            return new Named(row.mul(column), outer);
        }
        long k = x.product(inner.toString());
        Tensor rows = grouped(permuted(x, batch.toString() + left + inner), batch.length(), x.product(left.toString()), k);
        Tensor columns = grouped(permuted(y, batch.toString() + inner + right), batch.length(), k, y.product(right.toString()));
        Tensor product = rows.matmul(columns);
        return new Named(product.reshape(sizes(x, y, outer)), outer);
    }

    private static long[] sizes(Named x, Named y, String names) {
        long[] sizes = new long[names.length()];
        for (int i = 0; i < sizes.length; i++) {
            String name = names.substring(i, i + 1);
            sizes[i] = x.names.contains(name) ? x.product(name) : y.product(name);
        }
        return sizes;
    }

    /** The batch dimensions, then {@code rows} and {@code columns}. */
    private static Tensor grouped(Tensor x, int batch, long rows, long columns) {
        long[] sizes = java.util.Arrays.copyOf(x.shape().sizes(), batch + 2);
        sizes[batch] = rows;
        sizes[batch + 1] = columns;
        return x.reshape(sizes);
    }

    private static Named summed(Named x, String keep) {
        int[] axes = new int[x.names.length()];
        int n = 0;
        StringBuilder names = new StringBuilder();
        for (int d = 0; d < axes.length; d++) {
            if (keep.indexOf(x.names.charAt(d)) < 0) axes[n++] = d;
            else names.append(x.names.charAt(d));
        }
        return n == 0 ? x : new Named(x.values.sum(java.util.Arrays.copyOf(axes, n)), names.toString());
    }

    private static Tensor permuted(Named x, String order) {
        if (order.equals(x.names)) return x.values;
        int[] axes = new int[order.length()];
        for (int i = 0; i < axes.length; i++) axes[i] = x.names.indexOf(order.charAt(i));
        return x.values.permute(axes);
    }

    static List<Sample> samples() {
        return List.of(
                sample("ij,jk->ik", new long[] {2, 3}, new long[] {3, 4}),
                sample("bij,bjk->bik", new long[] {2, 2, 3}, new long[] {2, 3, 2}).large(Sample.Input.real(6, 40, 50), Sample.Input.real(6, 50, 45)),
                sample("ij,kj", new long[] {2, 3}, new long[] {4, 3}),
                sample("...ij,...jk->...ik", new long[] {2, 1, 2, 3}, new long[] {3, 3, 2}),
                sample("bii->bi", new long[] {2, 3, 3}),
                sample("ii", new long[] {3, 3}),
                sample("i,j", new long[] {3}, new long[] {2}),
                sample("ijk->ki", new long[] {2, 3, 4}),
                sample("bi,ij,bj->b", new long[] {3, 2}, new long[] {2, 4}, new long[] {3, 4}));
    }

    private static Sample sample(String equation, long[]... shapes) {
        Sample.Input[] inputs = new Sample.Input[shapes.length];
        for (int i = 0; i < inputs.length; i++) inputs[i] = Sample.Input.real(shapes[i]);
        return Sample.of(equation, in -> Tensors.einsum(equation, in.toArray(Tensor[]::new)), inputs).types(Sample.SINGLE_DOUBLE)
                .without(Sample.Promise.BITS_OF_ANY_LAYOUT);
    }

    static List<Fault> faults() {
        return List.of(
                Fault.of("sizes", List.of("einsum \"ij,jk->ik\":", "'j' is 3", "2 in dimension 0 of tensor 1, [2, 4]"),
                        in -> Tensors.einsum("ij,jk->ik", in.get(0), in.get(1)), Sample.Input.real(2, 3), Sample.Input.real(2, 4)),
                Fault.of("dimensions", List.of("einsum \"ijk->i\":", "names 3 dimensions", "[2, 3]"), in -> Tensors.einsum("ijk->i", in.get(0)), Sample.Input.real(2, 3)),
                Fault.of("count of tensors", List.of("einsum \"i,i->i\":", "2 terms for 1 tensors"), in -> Tensors.einsum("i,i->i", in.get(0)), Sample.Input.real(2)));
    }
}
