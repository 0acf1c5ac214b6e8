package dev.tenfold.kernels.cpu;

import static dev.tenfold.kernels.cpu.VectorRows32.lanes;

import dev.tenfold.kernels.Memory;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * {@link LineLoops} of f32 on vectors of 512 bits, one pass each, with the bits of {@link ExpressionLines}, for lines of at least one vector.
 * What is left behind the last whole vector is done by one more that overlaps it, unless the target is an operand too.
 *
 * <p>The compiler boxes the vectors of a method into which it has pulled more than a few such loops. So the two long ones, the sums of
 * squares and of products, are spelt out to more than the 325 bytes of code up to which it pulls a hot method into its callers.
 */
final class WideLines32 implements LineLoops {
    /** Elements of a vector: no line may be shorter. */
    static final int L = 16;
    private static final VectorSpecies<Float> S = FloatVector.SPECIES_512;
    private static final ByteOrder ORDER = ByteOrder.nativeOrder();

    /** True where the machine's vectors are wide enough. */
    static boolean fits() {
        return FloatVector.SPECIES_PREFERRED.length() >= L;
    }

    private static FloatVector load(long address) {
        return FloatVector.fromMemorySegment(S, Memory.ALL, address, ORDER);
    }

    private static void store(FloatVector v, long address) {
        v.intoMemorySegment(Memory.ALL, address, ORDER);
    }

    @Override
    public double sum(long x, int n) {
        return RowLoops.CHOSEN.sum32(x, n);
    }

    @Override
    public double max(long x, int n) {
        return largest(x, n);
    }

    /** Comparisons instead of the library's maximum, whose care for NaN and the signs of zero takes five times the instructions. */
    private static float largest(long x, int n) {
        FloatVector a = load(x);
        FloatVector b = load(x + 4L * (n - L));
        for (int i = L; i < n - L; i += 2 * L) {
            FloatVector p = load(x + 4L * i);
            FloatVector q = load(x + 4L * Math.min(i + L, n - L));
            a = a.blend(p, p.compare(VectorOperators.GT, a));
            b = b.blend(q, q.compare(VectorOperators.GT, b));
        }
        return a.max(b).reduceLanes(VectorOperators.MAX);
    }

    @Override
    public double sumSquares(long x, int n, double centre) {
        return squares(x, n, (float) centre);
    }

    private static float squares(long x, int n, float shift) {
        FloatVector centre = FloatVector.broadcast(S, shift);
        FloatVector a = FloatVector.zero(S);
        FloatVector b = a;
        FloatVector c = a;
        FloatVector d = a;
        int i = 0;
        for (; i <= n - 4 * L; i += 4 * L) {
            long at = x + 4L * i;
            FloatVector p = load(at).sub(centre);
            FloatVector q = load(at + 4L * L).sub(centre);
            FloatVector r = load(at + 8L * L).sub(centre);
            FloatVector s = load(at + 12L * L).sub(centre);
            a = p.fma(p, a);
            b = q.fma(q, b);
            c = r.fma(r, c);
            d = s.fma(s, d);
        }
        if (i <= n - L) {
            FloatVector p = load(x + 4L * i).sub(centre);
            a = p.fma(p, a);
            i += L;
        }
        if (i <= n - L) {
            FloatVector p = load(x + 4L * i).sub(centre);
            a = p.fma(p, a);
            i += L;
        }
        if (i <= n - L) {
            FloatVector p = load(x + 4L * i).sub(centre);
            a = p.fma(p, a);
            i += L;
        }
        float rest = 0;
        for (; i < n; i++) {
            float p = Memory.getFloat(x + 4L * i) - shift;
            rest = Math.fma(p, p, rest);
        }
        return lanes(a.add(c).add(b.add(d))) + rest;
    }

    @Override
    public double sumProducts(long g, long x, int n, double centre) {
        return products(g, x, n, (float) centre);
    }

    private static float products(long g, long x, int n, float shift) {
        FloatVector centre = FloatVector.broadcast(S, shift);
        FloatVector a = FloatVector.zero(S);
        FloatVector b = a;
        FloatVector c = a;
        FloatVector d = a;
        int i = 0;
        for (; i <= n - 4 * L; i += 4 * L) {
            long at = 4L * i;
            a = a.add(load(g + at).mul(load(x + at).sub(centre)));
            b = b.add(load(g + at + 4L * L).mul(load(x + at + 4L * L).sub(centre)));
            c = c.add(load(g + at + 8L * L).mul(load(x + at + 8L * L).sub(centre)));
            d = d.add(load(g + at + 12L * L).mul(load(x + at + 12L * L).sub(centre)));
        }
        if (i <= n - L) {
            a = a.add(load(g + 4L * i).mul(load(x + 4L * i).sub(centre)));
            i += L;
        }
        if (i <= n - L) {
            a = a.add(load(g + 4L * i).mul(load(x + 4L * i).sub(centre)));
            i += L;
        }
        if (i <= n - L) {
            a = a.add(load(g + 4L * i).mul(load(x + 4L * i).sub(centre)));
            i += L;
        }
        float rest = 0;
        for (; i < n; i++) rest += Memory.getFloat(g + 4L * i) * (Memory.getFloat(x + 4L * i) - shift);
        return lanes(a.add(c).add(b.add(d))) + rest;
    }

    @Override
    public double exp(long x, int n, double centre, long y) {
        return WideExp32.exp(x, n, (float) centre, y);
    }

    @Override
    public void expAffine(long x, int n, double centre, double factor, double shift, long y) {
        WideExp32.expAffine(x, n, (float) centre, (float) factor, (float) shift, y);
    }

    @Override
    public void scale(long y, int n, double factor) {
        float f = (float) factor;
        int i = 0;
        for (; i <= n - L; i += L) store(load(y + 4L * i).mul(f), y + 4L * i);
        for (; i < n; i++) Memory.putFloat(y + 4L * i, Memory.getFloat(y + 4L * i) * f);
    }

    @Override
    public void affine(long x, int n, double centre, double factor, double shift, long y) {
        FloatVector f = FloatVector.broadcast(S, (float) factor);
        FloatVector s = FloatVector.broadcast(S, (float) shift);
        float c = (float) centre;
        int i = 0;
        for (; i <= n - L; i += L) store(load(x + 4L * i).sub(c).fma(f, s), y + 4L * i);
        if (i < n) store(load(x + 4L * (n - L)).sub(c).fma(f, s), y + 4L * (n - L));
    }

    @Override
    public void affine(long x, int n, double centre, double factor, long weight, long bias, long y) {
        weighted(x, n, (float) centre, (float) factor, weight, bias, y);
    }

    private static void weighted(long x, int n, float centre, float factor, long weight, long bias, long y) {
        int i = 0;
        for (; i <= n - L; i += L) {
            store(load(x + 4L * i).sub(centre).mul(factor).fma(load(weight + 4L * i), load(bias + 4L * i)), y + 4L * i);
        }
        if (i == n) return;
        i = n - L;
        store(load(x + 4L * i).sub(centre).mul(factor).fma(load(weight + 4L * i), load(bias + 4L * i)), y + 4L * i);
    }

    @Override
    public void combine(long g, long x, int n, double centre, double ofG, double ofX, double constant, long y) {
        FloatVector p = FloatVector.broadcast(S, (float) ofG);
        FloatVector q = FloatVector.broadcast(S, (float) ofX);
        FloatVector r = FloatVector.broadcast(S, (float) constant);
        float c = (float) centre;
        int i = 0;
        for (; i <= n - L; i += L) store(load(x + 4L * i).sub(c).fma(q, load(g + 4L * i).fma(p, r)), y + 4L * i);
        if (i == n) return;
        i = n - L;
        store(load(x + 4L * i).sub(c).fma(q, load(g + 4L * i).fma(p, r)), y + 4L * i);
    }

    @Override
    public void softmaxGradient(long y, long g, int n, double sum, long out) {
        float s = (float) sum;
        int i = 0;
        for (; i <= n - L; i += L) store(load(y + 4L * i).mul(load(g + 4L * i).sub(s)), out + 4L * i);
        if (i == n) return;
        i = n - L;
        store(load(y + 4L * i).mul(load(g + 4L * i).sub(s)), out + 4L * i);
    }

    @Override
    public void logSoftmaxGradient(long y, long g, int n, double sum, long out) {
        WideExp32.logSoftmaxGradient(y, g, n, (float) sum, out);
    }

    @Override
    public void weightedSums(long g, long weight, long x, int n, double centre, long sums) {
        bothSums(g, weight, x, n, (float) centre, sums);
    }

    private static void bothSums(long g, long weight, long x, int n, float shift, long sums) {
        FloatVector centre = FloatVector.broadcast(S, shift);
        FloatVector a = FloatVector.zero(S);
        FloatVector b = a;
        FloatVector c = a;
        FloatVector d = a;
        FloatVector ax = a;
        FloatVector bx = a;
        FloatVector cx = a;
        FloatVector dx = a;
        int i = 0;
        for (; i <= n - 4 * L; i += 4 * L) {
            long at = 4L * i;
            FloatVector p = load(g + at).mul(load(weight + at));
            FloatVector q = load(g + at + 4L * L).mul(load(weight + at + 4L * L));
            FloatVector r = load(g + at + 8L * L).mul(load(weight + at + 8L * L));
            FloatVector s = load(g + at + 12L * L).mul(load(weight + at + 12L * L));
            a = a.add(p);
            b = b.add(q);
            c = c.add(r);
            d = d.add(s);
            ax = ax.add(p.mul(load(x + at).sub(centre)));
            bx = bx.add(q.mul(load(x + at + 4L * L).sub(centre)));
            cx = cx.add(r.mul(load(x + at + 8L * L).sub(centre)));
            dx = dx.add(s.mul(load(x + at + 12L * L).sub(centre)));
        }
        for (; i <= n - L; i += L) {
            FloatVector p = load(g + 4L * i).mul(load(weight + 4L * i));
            a = a.add(p);
            ax = ax.add(p.mul(load(x + 4L * i).sub(centre)));
        }
        float rest = 0;
        float restX = 0;
        for (; i < n; i++) {
            float p = Memory.getFloat(g + 4L * i) * Memory.getFloat(weight + 4L * i);
            rest += p;
            restX += p * (Memory.getFloat(x + 4L * i) - shift);
        }
        Memory.putDouble(sums, lanes(a.add(c).add(b.add(d))) + rest);
        Memory.putDouble(sums + Double.BYTES, lanes(ax.add(cx).add(bx.add(dx))) + restX);
    }

    @Override
    public void weightedGradient(long g, long weight, long x, int n, double centre, double ofG, double ofX, double constant, long dx, long dweight, long dbias) {
        allGradients(g, weight, x, n, (float) centre, (float) ofG, (float) ofX, (float) constant, dx, dweight, dbias);
    }

    private static void allGradients(long g, long weight, long x, int n, float centre, float ofG, float ofX, float constant, long dx, long dweight, long dbias) {
        FloatVector p = FloatVector.broadcast(S, ofG);
        FloatVector q = FloatVector.broadcast(S, ofX);
        FloatVector r = FloatVector.broadcast(S, constant);
        int i = 0;
        for (; i <= n - L; i += L) {
            long at = 4L * i;
            FloatVector incoming = load(g + at);
            FloatVector centred = load(x + at).sub(centre);
            store(centred.fma(q, incoming.mul(load(weight + at)).fma(p, r)), dx + at);
            store(centred.mul(p).fma(incoming, load(dweight + at)), dweight + at);
            store(incoming.add(load(dbias + at)), dbias + at);
        }
        for (; i < n; i++) {
            long at = 4L * i;
            float incoming = Memory.getFloat(g + at);
            float centred = Memory.getFloat(x + at) - centre;
            Memory.putFloat(dx + at, Math.fma(centred, ofX, Math.fma(incoming * Memory.getFloat(weight + at), ofG, constant)));
            Memory.putFloat(dweight + at, Math.fma(centred * ofG, incoming, Memory.getFloat(dweight + at)));
            Memory.putFloat(dbias + at, incoming + Memory.getFloat(dbias + at));
        }
    }
}
