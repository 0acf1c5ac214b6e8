package dev.tenfold.autograd.contract;


/** Linear layers and attention, by their definitions. */
final class AttentionReferences {
    private AttentionReferences() {
    }

    /** Whether a query sees a key. */
    private interface Seen {
        boolean at(long batch, long query, long key);
    }

    static void addTo(References r) {
        r.add("linear", in -> linear(in.get(0), in.get(1), in.size() > 2 ? in.get(2) : null));
        Seen all = (b, i, j) -> true;
        r.add("attention", in -> attention(in.get(0), in.get(1), in.get(2), all));
        r.add("attention", "causal", in -> attention(in.get(0), in.get(1), in.get(2), (b, i, j) -> past(in.get(0), in.get(1), i, j)));
        r.add("attention", "mask", in -> attention(in.get(0), in.get(1), in.get(2), (b, i, j) -> in.get(3).at(i, j) != 0));
        r.add("attention", "causal and padded", in -> attention(in.get(0), in.get(1), in.get(2),
                (b, i, j) -> past(in.get(0), in.get(1), i, j) && in.get(3).at(b, 0, 0, j) != 0));
        r.add("selfAttention", "one head", in -> selfAttention(in.get(0).reshaped(1, 3, 12), 1, all).reshaped(3, 4));
        r.add("selfAttention", in -> selfAttention(in.get(0), 2, all));
        r.add("selfAttention", "causal", in -> selfAttention(in.get(0), 2, (b, i, j) -> j <= i));
        r.add("selfAttention", "padded", in -> selfAttention(in.get(0), 2, (b, i, j) -> in.get(1).at(b, 0, 0, j) != 0));
    }

    private static boolean past(Array q, Array k, long query, long key) {
        return key <= query + k.shape()[2] - q.shape()[2];
    }

    private static Array linear(Array x, Array weight, Array bias) {
        return Array.of(x.with(x.rank() - 1, weight.shape()[0]), index -> {
            long o = index[index.length - 1];
            double sum = bias == null ? 0 : bias.at(o);
            for (long i = 0; i < weight.shape()[1]; i++) sum += x.at(Array.at(index, index.length - 1, i)) * weight.at(o, i);
            return sum;
        });
    }

    /** Queries, keys and values [batch, heads, tokens, width], or matrices. */
    private static Array attention(Array q, Array k, Array v, Seen seen) {
        int token = q.rank() - 2;
        int width = q.rank() - 1;
        return Array.of(q.with(width, v.shape()[width]), index -> {
            double[] weights = new double[(int) k.shape()[token]];
            double total = 0;
            double most = Double.NEGATIVE_INFINITY;
            for (int j = 0; j < weights.length; j++) {
                double score = 0;
                for (long d = 0; d < q.shape()[width]; d++) {
                    score += q.at(Array.at(index, width, d)) * k.at(Array.at(Array.at(index, token, j), width, d));
                }
                weights[j] = seen.at(index[0], index[token], j) ? score / Math.sqrt(q.shape()[width]) : Double.NEGATIVE_INFINITY;
                most = Math.max(most, weights[j]);
            }
            if (most == Double.NEGATIVE_INFINITY) return 0;
            for (int j = 0; j < weights.length; j++) total += weights[j] = Math.exp(weights[j] - most);
            double sum = 0;
            for (int j = 0; j < weights.length; j++) sum += weights[j] / total * v.at(Array.at(index, token, j));
            return sum;
        });
    }

    /** x [batch, tokens, 3 width]. */
    private static Array selfAttention(Array x, int heads, Seen seen) {
        long width = x.shape()[2] / 3;
        Array[] parts = new Array[3];
        for (int p = 0; p < 3; p++) {
            long start = p * width;
            parts[p] = Array.of(new long[] {x.shape()[0], heads, x.shape()[1], width / heads},
                    i -> x.at(i[0], i[2], start + i[1] * (width / heads) + i[3]));
        }
        Array y = attention(parts[0], parts[1], parts[2], seen);
        return Array.of(x.with(2, width), i -> y.at(i[0], i[2] / (width / heads), i[1], i[2] % (width / heads)));
    }
}
