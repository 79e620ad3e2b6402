"""A stand-in for the `pulumi-resource-aws` plugin that can reach nothing but a local AWS.

It speaks Pulumi's provider protocol over boto3 and knows just the resource types and look-ups
that the program uses. What it checks, replaces, orders and reads back follows pulumi-aws 7.51.1.
"""
