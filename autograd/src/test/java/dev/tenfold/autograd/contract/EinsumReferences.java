package dev.tenfold.autograd.contract;

import java.util.List;

/** Einstein's sums, one term after another. */
final class EinsumReferences {
    private EinsumReferences() {
    }

    static void addTo(References r) {
        for (String equation : List.of("ij,jk->ik", "bij,bjk->bik", "bii->bi", "ijk->ki", "bi,ij,bj->b")) add(r, equation, equation);
        add(r, "ij,kj", "ij,kj->ik");
        add(r, "ii", "ii->");
        add(r, "i,j", "i,j->ij");
        add(r, "...ij,...jk->...ik", "abij,bjk->abik");
    }

    /** The sample {@code label} computes {@code equation}; dimensions of size 1 broadcast. */
    private static void add(References r, String label, String equation) {
        r.add("einsum", label, in -> sum(equation, in));
    }

    private static Array sum(String equation, List<Array> in) {
        String[] sides = equation.split("->", -1);
        String[] terms = sides[0].split(",");
        String names = sides[1];
        for (char name : sides[0].replace(",", "").toCharArray()) if (names.indexOf(name) < 0) names += name;
        String all = names;
        long[] sizes = new long[all.length()];
        for (int i = 0; i < terms.length; i++) {
            for (int d = 0; d < terms[i].length(); d++) {
                int name = all.indexOf(terms[i].charAt(d));
                sizes[name] = Math.max(sizes[name], in.get(i).shape()[d]);
            }
        }
        long[] shape = java.util.Arrays.copyOf(sizes, sides[1].length());
        double[] values = new double[Array.count(shape)];
        int summed = Array.count(sizes) / Math.max(1, values.length);
        for (int k = 0; k < Array.count(sizes); k++) {
            long[] index = Array.indexOf(k, sizes);
            double product = 1;
            for (int i = 0; i < terms.length; i++) {
                long[] own = new long[terms[i].length()];
                for (int d = 0; d < own.length; d++) own[d] = in.get(i).shape()[d] == 1 ? 0 : index[all.indexOf(terms[i].charAt(d))];
                product *= in.get(i).at(own);
            }
            values[k / summed] += product;
        }
        return new Array(shape, values);
    }
}
