// Stands in for xUnit where no package of .NET can be fetched: as much of it as the examples use, and a runner that
// does with facts and class fixtures what xUnit does. It prints one line for each fact; the exit code is how many failed.
using System;
using System.Collections;
using System.Collections.Generic;
using System.Linq;
using System.Reflection;

namespace Xunit
{
    [AttributeUsage(AttributeTargets.Method)]
    public sealed class FactAttribute : Attribute
    {
    }

    public interface IClassFixture<T> where T : class
    {
    }

    public static class Assert
    {
        public static void Equal<T>(T expected, T actual)
        {
            var same = expected is IEnumerable some && actual is IEnumerable others && !(expected is string)
                ? some.Cast<object>().SequenceEqual(others.Cast<object>())
                : Equals(expected, actual);
            Hold(same, "expected " + expected + ", actual " + actual);
        }

        public static void Null(object actual)
        {
            Hold(actual == null, "expected null, actual " + actual);
        }

        public static void Empty(IEnumerable actual)
        {
            Hold(!actual.Cast<object>().Any(), "expected nothing, actual " + actual.Cast<object>().Count());
        }

        public static void Contains(string part, string actual)
        {
            Hold(actual.Contains(part), "expected " + part + " in " + actual);
        }

        public static void All<T>(IEnumerable<T> all, Action<T> check)
        {
            foreach (var each in all)
            {
                check(each);
            }
        }

        public static T Throws<T>(Func<object> act) where T : Exception
        {
            try
            {
                act();
            }
            catch (T thrown)
            {
                return thrown;
            }
            throw new InvalidOperationException("expected " + typeof(T).Name + ", actual none");
        }

        private static void Hold(bool held, string otherwise)
        {
            if (!held)
            {
                throw new InvalidOperationException(otherwise);
            }
        }
    }

    public static class Runner
    {
        public static int Main()
        {
            var failed = 0;
            foreach (var type in Assembly.GetExecutingAssembly().GetTypes())
            {
                var facts = type.GetMethods().Where(each => each.GetCustomAttributes<FactAttribute>().Any()).ToList();
                if (facts.Count == 0)
                {
                    continue;
                }
                var wanted = type.GetInterfaces().Single(each => each.GetGenericTypeDefinition() == typeof(IClassFixture<>));
                var fixture = (IDisposable)Activator.CreateInstance(wanted.GetGenericArguments()[0]);
                try
                {
                    failed += facts.Count(fact => !IsPassed(fact, type, fixture));
                }
                finally
                {
                    fixture.Dispose();
                }
            }
            return failed;
        }

        private static bool IsPassed(MethodInfo fact, Type type, IDisposable fixture)
        {
            try
            {
                fact.Invoke(Activator.CreateInstance(type, fixture), null);
                Console.WriteLine("passed " + fact.Name);
                return true;
            }
            catch (TargetInvocationException fault)
            {
                Console.WriteLine("failed " + fact.Name + ": " + fault.InnerException);
                return false;
            }
        }
    }
}
