package dev.tenfold.tensor;

import dev.tenfold.kernels.DType;
import dev.tenfold.kernels.Memory;
import dev.tenfold.kernels.cpu.Indexing;
import dev.tenfold.kernels.cpu.PhiloxFill;
import dev.tenfold.kernels.cpu.PhiloxGamma;
import dev.tenfold.tensor.primitive.Copying;
import dev.tenfold.tensor.primitive.Drawing;

/**
 * A stream of random numbers: Philox 4x32-10 (Salmon, Moraes, Dror, Shaw 2011) with a seed, a subsequence and a position, the same for
 * any number of threads. Each call consumes whole blocks of four 32-bit words, so the position after it depends on count and
 * type alone. Tensors are drawn on {@link Device#current()}, with the same numbers on every device. A generator belongs to one thread at a time; {@link #fork} and {@link #split} give independent streams to others.
 */
public final class Generator {
    /**
     * Everything a generator is: what a checkpoint saves.
     *
     * @param seed        the key of the cipher
     * @param subsequence which of 2^64 streams of the seed
     * @param position    blocks consumed so far
     */
    public record State(long seed, long subsequence, long position) {
    }

    private long seed;
    private long subsequence;
    private long position;

    /** The stream of {@code seed}, from its start. */
    public Generator(long seed) {
        this(new State(seed, 0, 0));
    }

    /** Continues from a saved state. */
    public Generator(State state) {
        restore(state);
    }

    /** Continues from a saved state, whatever this generator was before: for the holder of a generator that others hold too. */
    public void restore(State state) {
        seed = state.seed;
        subsequence = state.subsequence;
        position = state.position;
    }

    /** The state, from which {@link #Generator(State)} continues with the same numbers. */
    public State state() {
        return new State(seed, subsequence, position);
    }

    public long seed() {
        return seed;
    }

    /** Blocks consumed so far. */
    public long position() {
        return position;
    }

    /**
     * An independent stream, from its start: the same for the same generator seed, subsequence and {@code number}, whatever was drawn before.
     * Streams of different numbers, also of forks of forks, differ but for a chance of 2^-64.
     */
    public Generator fork(long number) {
        return new Generator(new State(seed, mix(subsequence * 0x9E3779B97F4A7C15L + mix(number + 1)), 0));
    }

    /** An independent stream that depends on the position; it consumes one block of this one. */
    public Generator split() {
        refuseInCapture("Generator.split()");
        int[] words = new int[4];
        PhiloxFill.words(seed, subsequence, position++, words);
        long key = (words[0] & 0xFFFFFFFFL) << 32 | words[1] & 0xFFFFFFFFL;
        long stream = (words[2] & 0xFFFFFFFFL) << 32 | words[3] & 0xFFFFFFFFL;
        return new Generator(new State(key, stream, 0));
    }

    /** The finaliser of SplitMix64 (Steele, Lea, Flood 2014): a bijection that spreads neighbouring numbers. */
    private static long mix(long z) {
        z = (z ^ z >>> 30) * 0xBF58476D1CE4E5B9L;
        z = (z ^ z >>> 27) * 0x94D049BB133111EBL;
        return z ^ z >>> 31;
    }

    /** Fills {@code four} with 32-bit words and consumes one block: for draws that decide something on the host, without a tensor. */
    public void words(int[] four) {
        refuseInCapture("Generator.words()");
        if (four.length != 4) throw new IllegalArgumentException("words: a block has 4 words, the array " + four.length);
        PhiloxFill.words(seed, subsequence, position++, four);
    }

    private Drawing.Place advance(Tensor t) {
        long blocks = PhiloxFill.counters(t.dtype(), t.elements());
        CapturedDraws captured = t.device() == Device.CPU ? null : ThreadState.get().draws;
        Drawing.Place place = new Drawing.Place(seed, subsequence, position, captured == null ? 0 : captured.moved(this, blocks));
        position += blocks;
        return place;
    }

    void move(long blocks) {
        position += blocks;
    }

    private static void refuseInCapture(String what) {
        if (ThreadState.get().draws != null) {
            throw new IllegalStateException(what + " while a CudaGraph is captured: it would be the same in every replay. Draw tensors inside, or split before");
        }
    }

    /** Uniform in [0, 1): f32, f64, f16 or bf16. */
    public Tensor uniform(DType type, long... shape) {
        return uniform(type, Shape.of(shape), 0, 1);
    }

    /** Uniform in [low, high). */
    public Tensor uniform(DType type, Shape shape, double low, double high) {
        checkFloating("uniform", type);
        if (!(low <= high) || !Double.isFinite(high - low)) {
            throw new IllegalArgumentException("uniform: low " + low + " and high " + high + " must be finite and in order");
        }
        Tensor t = Tensor.allocate(type, shape);
        Drawing.Place place = advance(t);
        if (low == high) Copying.fill(t, low);
        else Drawing.uniform(place, low, high, t);
        return t;
    }

    /** Standard normal: f32, f64, f16 or bf16. */
    public Tensor normal(DType type, long... shape) {
        return normal(type, Shape.of(shape), 0, 1);
    }

    /** Normal with the given mean and standard deviation. */
    public Tensor normal(DType type, Shape shape, double mean, double sd) {
        checkFloating("normal", type);
        if (!Double.isFinite(mean) || !(sd >= 0) || Double.isInfinite(sd)) {
            throw new IllegalArgumentException("normal: mean " + mean + " and standard deviation " + sd + " must be finite, the latter not negative");
        }
        Tensor t = Tensor.allocate(type, shape);
        Drawing.normal(advance(t), mean, sd, t);
        return t;
    }

    /** Integers uniform in [low, high): i32, i64 or u8. */
    public Tensor integers(DType type, long low, long high, long... shape) {
        if (!type.isInteger()) throw new IllegalArgumentException("integers: " + type + " is no integer type; use i32, i64 or u8");
        long least = type == DType.U8 ? 0 : type == DType.I32 ? Integer.MIN_VALUE : Long.MIN_VALUE;
        long most = type == DType.U8 ? 256 : type == DType.I32 ? 1L << 31 : Long.MAX_VALUE;
        if (low >= high || low < least || high > most) {
            throw new IllegalArgumentException("integers: the range [" + low + ", " + high + ") must not be empty and lie in [" + least + ", " + most + ") of " + type);
        }
        Tensor t = Tensor.allocate(type, Shape.of(shape));
        Drawing.integers(advance(t), low, high, t);
        return t;
    }

    /** bool: true with probability {@code p}. */
    public Tensor bernoulli(double p, long... shape) {
        if (!(p >= 0 && p <= 1)) throw new IllegalArgumentException("bernoulli: p is " + p + ", must be in [0, 1]");
        try (NoGrad region = NoGrad.open(); Tensor u = uniform(DType.F32, shape)) {
            return u.lt(p);
        }
    }

    /** Standard Gumbel {@code -log(-log u)}: the largest of {@code logits + gumbel} falls on class k with probability {@code softmax(logits)_k}. */
    public Tensor gumbel(DType type, long... shape) {
        checkFloating("gumbel", type);
        Tensor t = Tensor.allocate(type, Shape.of(shape));
        Drawing.gumbel(advance(t), t);
        return t;
    }

    /** Standard logistic {@code log u - log(1 - u)}. */
    public Tensor logistic(DType type, long... shape) {
        checkFloating("logistic", type);
        Tensor t = Tensor.allocate(type, Shape.of(shape));
        Drawing.logistic(advance(t), t);
        return t;
    }

    /** A class for each row of {@code logits} [..., classes], i64 [...], by Gumbel's maximum; minus infinity excludes a class. Not recorded. */
    public Tensor categorical(Tensor logits) {
        logits.checkOpen("categorical");
        checkFloating("categorical", logits.dtype());
        if (logits.rank() == 0 || logits.size(-1) == 0) throw new IllegalArgumentException("categorical: logits " + logits.shape() + " must be [..., classes], at least one class");
        DType type = logits.dtype().compute();
        try (NoGrad region = NoGrad.open(); Device.Use there = logits.device().use();
                Tensor noise = gumbel(type, logits.shape().sizes()); Tensor noisy = noise.add(logits)) {
            return noisy.argMax(-1);
        }
    }

    /**
     * Gamma(a, 1), density {@code x^(a - 1) exp(-x) / Gamma(a)}, one draw for each element of {@code concentration}, in its type. No gradient.
     *
     * @throws IllegalArgumentException when a concentration is not finite or not at least 1e-300
     */
    public Tensor gamma(Tensor concentration) {
        checkFloating("gamma", concentration.dtype());
        try (NoGrad region = NoGrad.open(); Tensor logarithm = logGamma("gamma", concentration); Tensor wide = logarithm.exp()) {
            return narrowed(wide, concentration.dtype());
        }
    }

    /**
     * Beta(a, b), density proportional to {@code x^(a - 1) (1 - x)^(b - 1)}, one draw for each pair of the broadcast parameters: X / (X + Y) with
     * X of Gamma(a) and Y of Gamma(b), from their logarithms, so that parameters near 0 give 0 and 1 and never 0 / 0. No gradient.
     *
     * @throws IllegalArgumentException when a parameter is not finite or not at least 1e-300
     */
    public Tensor beta(Tensor a, Tensor b) {
        checkFloating("beta", a.dtype());
        checkFloating("beta", b.dtype());
        Shape shape = Shape.broadcast(a.shape(), b.shape(), "beta");
        try (Scope scope = Scope.open(); NoGrad region = NoGrad.open()) {
            Tensor x = logGamma("beta", a.expand(shape));
            Tensor y = logGamma("beta", b.expand(shape));
            return scope.keep(narrowed(x.sub(y).sigmoid(), DType.promote(a.dtype(), b.dtype())));
        }
    }

    /** One draw from Beta(a, b), such as the weight of a mixup. */
    public double beta(double a, double b) {
        try (Scope scope = Scope.open()) {
            return beta(Tensors.scalar(DType.F64, a), Tensors.scalar(DType.F64, b)).item();
        }
    }

    /** Logarithms in f64. */
    private Tensor logGamma(String operation, Tensor concentration) {
        concentration.checkOpen(operation);
        try (Scope scope = Scope.open(); NoGrad region = NoGrad.open()) {
            Tensor shapes = concentration.to(Device.CPU).to(DType.F64).contiguous();
            long n = shapes.elements();
            if (n > 0 && !(shapes.ge(1e-300).all().item() != 0 && shapes.isFinite().all().item() != 0)) {
                throw new IllegalArgumentException(operation + ": a parameter of " + concentration.shape() + " is not a finite number of at least 1e-300; the smallest is " + shapes.min().item());
            }
            Tensor out = Tensor.allocate(Device.CPU, DType.F64, concentration.shape());
            PhiloxGamma.logGamma(seed, subsequence, position, n, shapes.address(), out.address());
            position += n * PhiloxGamma.BLOCKS;
            return scope.keep(out.to(concentration.device()));
        }
    }

    /** The values in another type, on a handle of their own. */
    private static Tensor narrowed(Tensor wide, DType type) {
        return wide.dtype() == type ? wide.alias() : wide.to(type);
    }

    /** The numbers 0 to n - 1 in random order, i64. */
    public Tensor permutation(long n) {
        if (n < 0) throw new IllegalArgumentException("permutation: n is " + n + ", must not be negative");
        return Device.placed(permuted(n));
    }

    private Tensor permuted(long n) {
        Tensor t = Tensor.allocate(Device.CPU, DType.I64, Shape.of(n));
        long base = t.address();
        for (long i = 0; i < n; i++) Memory.putLong(base + 8 * i, i);
        try (Tensor draws = draws(n)) {
            for (long i = n - 1; i > 0; i--) swap(base, 8, i, pick(draws, i));
        }
        return t;
    }

    /** A copy of {@code x} with its rows (the entries of the first dimension) in random order: {@code x[permutation]}. Not recorded. */
    public Tensor shuffle(Tensor x) {
        x.checkOpen("shuffle");
        if (x.rank() == 0) throw new IllegalArgumentException("shuffle: a scalar has no rows");
        long rows = x.size(0);
        if (x.device() != Device.CPU) {
            try (NoGrad region = NoGrad.open(); Tensor host = x.to(Device.CPU); Tensor shuffled = shuffle(host)) {
                return shuffled.to(x.device());
            }
        }
        try (NoGrad region = NoGrad.open(); Tensor order = permuted(rows); Tensor dense = x.isDense() ? x.detach() : x.copy()) {
            Tensor out = Tensor.allocate(Device.CPU, x.dtype(), x.shape());
            if (x.elements() > 0) {
                Indexing.select(x.dtype(), dense.address(), 1, rows, x.elements() / rows, order.address(), rows, out.address());
            }
            return out;
        }
    }

    /** One 64-bit draw for each of n positions, on the host. */
    private Tensor draws(long n) {
        try (Device.Use host = Device.CPU.use()) {
            return integers(DType.I64, Long.MIN_VALUE, Long.MAX_VALUE, n);
        }
    }

    /** Uniform in 0 .. i, by the high half of a product (bias below (i + 1) / 2^64): Fisher and Yates' choice. */
    private static long pick(Tensor draws, long i) {
        return Math.unsignedMultiplyHigh(Memory.getLong(draws.address() + 8 * i) - Long.MIN_VALUE, i + 1);
    }

    private static void swap(long base, int bytes, long i, long j) {
        long a = Memory.getLong(base + bytes * i);
        Memory.putLong(base + bytes * i, Memory.getLong(base + bytes * j));
        Memory.putLong(base + bytes * j, a);
    }

    private static void checkFloating(String operation, DType type) {
        if (!type.isFloating()) throw new IllegalArgumentException(operation + ": " + type + " is no floating type; use f32, f64, f16 or bf16");
    }
}
